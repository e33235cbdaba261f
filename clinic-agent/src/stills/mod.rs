//! Diagnostic stills between the camera and the relay's record: on disk before they are offered, gone when the relay has them ([`crate::bulk`] brings them there).
//! Not here: taking the picture (`capture::still`), whether this box is in the consultation (the media task).

pub mod disk;
