//! karat-services
