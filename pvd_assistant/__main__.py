"""``python -m pvd_assistant``: the same as the command ``pvd-assistant``."""

from pvd_assistant.cli import main

if __name__ == "__main__":
    main()
