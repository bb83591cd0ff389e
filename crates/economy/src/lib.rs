//! karat-economy
