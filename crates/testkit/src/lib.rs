//! karat-testkit
