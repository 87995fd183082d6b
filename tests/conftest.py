from in_jupyterlab import browser, lab  # noqa: F401, fixtures for the tests in a browser
