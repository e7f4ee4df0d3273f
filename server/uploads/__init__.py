"""Large files on their way from somebody's disk, in as many pieces as it takes."""
