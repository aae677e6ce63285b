"""Public vulnerability feeds read into our own form: CISA KEV and CSAF, NVD 2.0, CVE records. Pure.

Only vendors of surveillance devices are kept, and of vendors who make much else only what looks
like a camera.
"""
