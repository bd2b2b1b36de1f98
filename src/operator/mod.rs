//! The Kubernetes side: the only Kubernetes client.

pub mod status;
