//! A verdict as people and machines read it: table, JSON, SARIF, JUnit, zone file, manifest. Pure.
