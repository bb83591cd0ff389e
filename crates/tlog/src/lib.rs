//! karat-tlog
