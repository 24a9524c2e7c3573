//! Packing with gzip and recognising with SHA-256, in one pass, in bounded memory.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead as _, BufReader, Read, Write},
    path::{Path, PathBuf},
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

/// A packed file that is being written.
pub(super) struct Packer {
    output: GzEncoder<Hashed<File>>,
    path: PathBuf,
    unpacked: u64,
}

impl Packer {
    pub(super) fn create(path: &Path) -> Result<Self, BackupError> {
        let output = GzEncoder::new(Hashed::new(create(path)?), Compression::default());
        Ok(Self { output, path: path.to_owned(), unpacked: 0 })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.output.write_all(bytes).map_err(BackupError::at("write", &self.path))?;
        self.unpacked += bytes.len() as u64;
        Ok(())
    }

    /// Ends it; it survives a power cut when this returns.
    pub(super) fn finish(self) -> Result<PackedFile, BackupError> {
        let failed = || BackupError::at("write", &self.path);
        let hashed = self.output.finish().map_err(failed())?;
        hashed.inner.sync_all().map_err(failed())?;
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(PackedFile { name, bytes: hashed.bytes, unpacked_bytes: self.unpacked, sha256: hashed.sha256() })
    }
}

/// Packs a file into another, which survives a power cut when this returns.
pub(super) fn pack(source: &Path, target: &Path, watch: &Watch) -> Result<PackedFile, BackupError> {
    let reading = || BackupError::at("read", source);
    let mut input = File::open(source).map_err(reading())?;
    let total = input.metadata().map_err(reading())?.len();
    let mut output = Packer::create(target)?;
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = input.read(&mut buffer).map_err(reading())?;
        if read == 0 {
            return output.finish();
        }
        output.write(&buffer[..read])?;
        watch(Progress { stage: Stage::Packing, done: output.unpacked, total });
    }
}

/// A packed file that is being read: unpacked on its way, and compared with its checksum at the end.
pub(super) struct Unpacker<'a> {
    file: &'a PackedFile,
    path: PathBuf,
    /// The backup's name, for errors.
    name: &'a str,
    decoder: io::Take<GzDecoder<BufReader<Hashed<File>>>>,
    unpacked: u64,
    watch: &'a Watch,
}

impl<'a> Unpacker<'a> {
    pub(super) fn open(
        file: &'a PackedFile,
        folder: &Path,
        name: &'a str,
        watch: &'a Watch,
    ) -> Result<Self, BackupError> {
        let path = folder.join(&file.name);
        let input = BufReader::with_capacity(CHUNK, Hashed::new(open(&path, name)?));
        // The manifest's size is a limit too: a few bytes can unpack to fill any disk.
        let decoder = GzDecoder::new(input).take(file.unpacked_bytes.saturating_add(1));
        Ok(Self { file, path, name, decoder, unpacked: 0, watch })
    }

    /// What reading from it may say, as ours: bytes that are not gzip are the backup's fault, others the disk's.
    pub(super) fn failed(&self, error: io::Error) -> BackupError {
        unreadable(error, &self.path, self.name)
    }

    /// Whether it was what was written, once all of it is read.
    pub(super) fn finish(self) -> Result<(), BackupError> {
        let mut rest = self.decoder.into_inner().into_inner();
        drain(&mut rest).map_err(BackupError::at("read", &self.path))?;
        if self.unpacked != self.file.unpacked_bytes {
            return Err(BackupError::damaged(self.name, "its unpacked size is another"));
        }
        compare(self.file, rest.into_inner(), self.name)
    }
}

impl Read for Unpacker<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(buffer)?;
        self.unpacked += read as u64;
        (self.watch)(Progress { stage: Stage::Unpacking, done: self.unpacked, total: self.file.unpacked_bytes });
        Ok(read)
    }
}

/// Unpacks what [`pack`] packed. `name` is the backup's, for errors.
pub(super) fn unpack(
    file: &PackedFile,
    folder: &Path,
    name: &str,
    target: &Path,
    watch: &Watch,
) -> Result<(), BackupError> {
    let mut input = Unpacker::open(file, folder, name, watch)?;
    let mut output = create(target)?;
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = input.read(&mut buffer).map_err(|error| input.failed(error))?;
        if read == 0 {
            break;
        }
        output.write_all(&buffer[..read]).map_err(BackupError::at("write", target))?;
    }
    output.sync_all().map_err(BackupError::at("write", target))?;
    input.finish()
}

/// Whether the packed file is as large as what was written, without reading it.
pub(super) fn check_size(file: &PackedFile, folder: &Path, name: &str) -> Result<(), BackupError> {
    let path = folder.join(&file.name);
    let found = open(&path, name)?.metadata().map_err(BackupError::at("read", &path))?.len();
    same_size(file, found, name)
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

fn same_size(file: &PackedFile, found: u64, name: &str) -> Result<(), BackupError> {
    if found == file.bytes {
        return Ok(());
    }
    Err(BackupError::damaged(name, format!("its size is {found} bytes instead of {}", file.bytes)))
}

fn compare(file: &PackedFile, hashed: Hashed<File>, name: &str) -> Result<(), BackupError> {
    same_size(file, hashed.bytes, name)?;
    if hashed.sha256() != file.sha256 {
        return Err(BackupError::damaged(name, "its checksum is another"));
    }
    Ok(())
}

fn unreadable(error: io::Error, path: &Path, name: &str) -> BackupError {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
            BackupError::damaged(name, format!("it cannot be unpacked: {error}"))
        }
        _ => BackupError::at("read", path)(error),
    }
}
