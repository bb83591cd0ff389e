//! karat-store
