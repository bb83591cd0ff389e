//! karat-api
