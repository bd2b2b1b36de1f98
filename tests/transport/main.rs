//! What protects mail on its way, as specification: MTA-STS, TLS-RPT and DANE, as far as DNS tells. Each has the states of
//! what is wanted, and every rule in a world where it fires and in one where it is quiet.

#[path = "../support/facts.rs"]
mod facts;

mod adopted;
mod certified;
mod dane;
mod mtasts;
mod observed;
mod rows;
mod tlsrpt;
