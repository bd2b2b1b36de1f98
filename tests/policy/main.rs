//! Policies of MTA-STS over real sockets: each kind of server there is, on loopback, and what is made of it.

#[path = "../support/dns.rs"]
mod dns;
#[path = "../support/facts.rs"]
mod facts;

mod adopted;
mod coming;
mod fetched;
mod file;
mod issuers;
mod judged;
mod server;
mod silent;
