//! The Kubernetes side: the only Kubernetes client.
