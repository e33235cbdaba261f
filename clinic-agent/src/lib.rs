//! The clinic-agent: a small box in the nursing home.
//!
//! It sends the home's pictures and sound to the relay, shows the specialist on the nurse's tablet, serves the nurse's page
//! and keeps what she writes until the relay has it.
//!
//! | module | what |
//! |---|---|
//! | [`agent`] | the start-up order, in one place |
//! | [`bulk`] | stills and recordings on their way to the relay, beside the call |
//! | [`buttons`] | buttons at the beds that are wired to the box |
//! | [`capture`] | the box's cameras and microphone through ffmpeg |
//! | [`config`] | the configuration file |
//! | [`devices`] | blood pressure meter, oximeter and so on, until the nurse confirms |
//! | [`enrolment`] | how this box comes to its certificate, and renews it |
//! | [`link`] | the one QUIC connection to the relay |
//! | [`outbox`] | pictures and sound from the devices or the tablet into the link |
//! | [`own_key`] | the key that seals what waits on this disk |
//! | [`page`] | the nurse's page: her browser talks to this box only |
//! | [`playback`] | WebRTC between the tablet and this box |
//! | [`recordings`] | the home's side of a consultation at full quality, sealed on disk |
//! | [`shift`] | who of this shift opens a shared tablet by a PIN, and when it locks |
//! | [`stills`] | full pictures of the camera, on disk until the relay has them |
//! | [`spool`] | what waits for the relay, on disk |

pub mod agent;
pub mod bulk;
pub mod buttons;
pub mod capture;
pub mod config;
pub mod devices;
pub mod enrolment;
pub mod link;
pub mod modem;
pub mod outbox;
pub mod own_key;
pub mod page;
pub mod playback;
pub mod receipts;
pub mod recordings;
pub mod shift;
pub mod spool;
pub mod stills;
