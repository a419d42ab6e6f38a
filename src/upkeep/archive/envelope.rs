//! What is around the tar: gzip, age, and the sum of the file.

use age::secrecy::SecretString;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

/// A file that knows its sum and length.
pub struct Summed {
    file: BufWriter<File>,
    sum: Sha256,
    bytes: u64,
}

impl Write for Summed {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let n = self.file.write(buf)?;
        self.sum.update(&buf[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The layer of encryption, where there is a passphrase.
enum Seal {
    Open(Summed),
    Sealed(Box<age::stream::StreamWriter<Summed>>),
}

impl Write for Seal {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Self::Open(w) => w.write(buf),
            Self::Sealed(w) => w.write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Open(w) => w.flush(),
            Self::Sealed(w) => w.flush(),
        }
    }
}

/// Writes an envelope.
pub struct Envelope(GzEncoder<Seal>);

impl Envelope {
    /// An envelope into `file`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn new(file: File, passphrase: Option<&str>) -> io::Result<Self> {
        let summed = Summed { file: BufWriter::with_capacity(1 << 17, file), sum: Sha256::new(), bytes: 0 };
        let seal = match passphrase {
            None => Seal::Open(summed),
            Some(secret) => {
                let encryptor = age::Encryptor::with_user_passphrase(SecretString::from(secret.to_owned()));
                Seal::Sealed(Box::new(encryptor.wrap_output(summed)?))
            }
        };
        Ok(Self(GzEncoder::new(seal, flate2::Compression::fast())))
    }

    /// Ends every layer, puts the file on disk, and answers its length and sum.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(self) -> io::Result<(u64, String)> {
        let mut summed = match self.0.finish()? {
            Seal::Open(summed) => summed,
            Seal::Sealed(stream) => stream.finish()?,
        };
        summed.flush()?;
        summed.file.get_ref().sync_all()?;
        Ok((summed.bytes, super::hex(&summed.sum.finalize())))
    }
}

impl Write for Envelope {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Why an envelope stays shut, in words for the operator.
pub type Shut = String;

/// Opens the envelope of `file`; an encrypted one needs the passphrase.
///
/// # Errors
/// Why it stays shut.
pub fn open(file: File, passphrase: Option<&str>) -> Result<Box<dyn Read>, Shut> {
    let mut file = BufReader::with_capacity(1 << 17, file);
    let sealed = file.fill_buf().map_err(|e| e.to_string())?.starts_with(b"age-encryption.org/");
    if !sealed {
        return Ok(Box::new(GzDecoder::new(file)));
    }
    let secret = passphrase.ok_or("the archive is encrypted: set KONTOR_BACKUP_PASSPHRASE (or …_FILE)")?;
    let decryptor = age::Decryptor::new_buffered(file).map_err(|e| e.to_string())?;
    let identity = age::scrypt::Identity::new(SecretString::from(secret.to_owned()));
    let clear = decryptor
        .decrypt(std::iter::once(&identity as &dyn age::Identity))
        .map_err(|_| "the passphrase does not open the archive".to_owned())?;
    Ok(Box::new(GzDecoder::new(BufReader::new(clear))))
}
