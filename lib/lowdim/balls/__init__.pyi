from .exact import exact_errors as exact_errors
