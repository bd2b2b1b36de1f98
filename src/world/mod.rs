//! Answers questions: the only sockets. Caches, limits and timeouts live here.
