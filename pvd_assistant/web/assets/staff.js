// The staff's rooms. Everything works without this file: it only makes pages livelier.
