//! Packing with gzip and recognising with SHA-256, in one pass, in bounded memory.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead as _, BufReader, Read, Write},
    path::Path,
};

use flate2::{Compression, bufread::GzDecoder, write::GzEncoder};
use sha2::{Digest as _, Sha256};

use super::{BackupError, PackedFile, Progress, Stage, Watch};

const CHUNK: usize = 128 * 1024;

/// Counts and hashes what goes through it, in either direction.
struct Hashed<T> {
    inner: T,
    hash: Sha256,
    bytes: u64,
}

impl<T> Hashed<T> {
    fn new(inner: T) -> Self {
        Self { inner, hash: Sha256::new(), bytes: 0 }
    }

    fn saw(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    fn sha256(self) -> String {
        self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl<T: Write> Write for Hashed<T> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.saw(&buffer[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<T: Read> Read for Hashed<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.saw(&buffer[..read]);
        Ok(read)
    }
}

/// A new file that only its owner can read.
fn create(path: &Path) -> Result<File, BackupError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(BackupError::at("create", path))
}

/// Writes a small file that survives a power cut.
pub(super) fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let mut file = create(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.map_err(BackupError::at("write", path))
}

/// Packs a file into another, which survives a power cut when this returns.
pub(super) fn pack(source: &Path, target: &Path, watch: &Watch) -> Result<PackedFile, BackupError> {
    let (reading, writing) = (|| BackupError::at("read", source), || BackupError::at("write", target));
    let mut input = File::open(source).map_err(reading())?;
    let total = input.metadata().map_err(reading())?.len();
    let mut output = GzEncoder::new(Hashed::new(create(target)?), Compression::default());
    let (mut buffer, mut done) = (vec![0; CHUNK], 0);
    loop {
        let read = input.read(&mut buffer).map_err(reading())?;
        if read == 0 {
            break;
        }
        output.write_all(&buffer[..read]).map_err(writing())?;
        done += read as u64;
        watch(Progress { stage: Stage::Packing, done, total });
    }
    let hashed = output.finish().map_err(writing())?;
    hashed.inner.sync_all().map_err(writing())?;
    let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(PackedFile { name, bytes: hashed.bytes, unpacked_bytes: done, sha256: hashed.sha256() })
}

/// Unpacks what [`pack`] packed. `name` is the backup's, for errors.
pub(super) fn unpack(
    file: &PackedFile,
    folder: &Path,
    name: &str,
    target: &Path,
    watch: &Watch,
) -> Result<(), BackupError> {
    let path = folder.join(&file.name);
    let input = open(&path, name)?;
    // The manifest's size is a limit too: a few bytes can unpack to fill any disk.
    let mut decoder =
        GzDecoder::new(BufReader::with_capacity(CHUNK, Hashed::new(input))).take(file.unpacked_bytes.saturating_add(1));
    let mut output = create(target)?;
    let (mut buffer, mut done) = (vec![0; CHUNK], 0);
    loop {
        let read = match decoder.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) => return Err(unreadable(error, &path, name)),
        };
        output.write_all(&buffer[..read]).map_err(BackupError::at("write", target))?;
        done += read as u64;
        watch(Progress { stage: Stage::Unpacking, done, total: file.unpacked_bytes });
    }
    output.sync_all().map_err(BackupError::at("write", target))?;
    let mut rest = decoder.into_inner().into_inner();
    drain(&mut rest).map_err(BackupError::at("read", &path))?;
    if done != file.unpacked_bytes {
        return Err(BackupError::damaged(name, "its unpacked size is another"));
    }
    compare(file, rest.into_inner(), name)
}

/// Whether the packed file is what was written, without unpacking it.
pub(super) fn check(file: &PackedFile, folder: &Path, name: &str) -> Result<(), BackupError> {
    let path = folder.join(&file.name);
    let mut reader = BufReader::with_capacity(CHUNK, Hashed::new(open(&path, name)?));
    drain(&mut reader).map_err(BackupError::at("read", &path))?;
    compare(file, reader.into_inner(), name)
}

fn open(path: &Path, name: &str) -> Result<File, BackupError> {
    File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => BackupError::damaged(name, "its data is missing"),
        _ => BackupError::at("read", path)(error),
    })
}

fn drain(reader: &mut BufReader<Hashed<File>>) -> io::Result<()> {
    loop {
        let length = reader.fill_buf()?.len();
        if length == 0 {
            return Ok(());
        }
        reader.consume(length);
    }
}

fn compare(file: &PackedFile, hashed: Hashed<File>, name: &str) -> Result<(), BackupError> {
    if hashed.bytes != file.bytes {
        let what = format!("its size is {} bytes instead of {}", hashed.bytes, file.bytes);
        return Err(BackupError::damaged(name, what));
    }
    if hashed.sha256() != file.sha256 {
        return Err(BackupError::damaged(name, "its checksum is another"));
    }
    Ok(())
}

/// Bytes that are not gzip are the backup's fault, others the disk's.
fn unreadable(error: io::Error, path: &Path, name: &str) -> BackupError {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
            BackupError::damaged(name, format!("it cannot be unpacked: {error}"))
        }
        _ => BackupError::at("read", path)(error),
    }
}
