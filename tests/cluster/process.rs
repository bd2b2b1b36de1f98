//! The program itself: killed and started anew, and several of it.
