"""What the console's commands do, a module for each subject; each failure ends with its way out.

Kept from ``app.cli``, which reads the options, so that the window need not wait for the libraries that only these need.
"""
