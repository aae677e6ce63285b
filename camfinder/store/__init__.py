"""The inventory over time: runs, observations, devices, claims and findings in a database.

`database` opens it, `writer` writes while a run goes on, `keeping` ends a run (who is who, names),
`reading` gives documents back, `changes` compares runs. `tables` holds the schema.
"""
