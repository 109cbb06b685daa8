"""What other towns did: project sheets searched by facets, compared, mapped and taken away."""
