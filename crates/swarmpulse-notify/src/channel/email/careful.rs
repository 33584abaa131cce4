//! A connection on which nothing that was said before encryption is believed after it, and not more is heard than a mail
//! server has to say.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The first byte of what a TLS client says.
const TLS_HANDSHAKE: u8 = 0x16;

/// The most bytes that a server may say in one conversation, certificates and all.
const HEARD_BYTES_MAX: usize = 256 << 10;

/// A connection that is read byte by byte until TLS begins. So no reader before it can have read ahead, and words that
/// somebody slipped in behind the answer to `STARTTLS` reach the handshake, which fails of them.
#[derive(Debug)]
pub(super) struct Careful {
    stream: TcpStream,
    encrypting: bool,
    left: usize,
}

impl Careful {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            encrypting: false,
            left: HEARD_BYTES_MAX,
        }
    }
}

impl AsyncTokioStream for Careful {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for Careful {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.left == 0 {
            let error = io::Error::other("the server says more than a mail server has to say");
            return Poll::Ready(Err(error));
        }
        if self.encrypting {
            let before = into.filled().len();
            ready!(Pin::new(&mut self.stream).poll_read(context, into))?;
            self.left = self.left.saturating_sub(into.filled().len() - before);
            return Poll::Ready(Ok(()));
        }
        if into.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let mut byte = [0];
        let mut one = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut one))?;
        into.put_slice(one.filled());
        self.left -= one.filled().len();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Careful {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        // No command of SMTP begins with it.
        self.encrypting |= bytes.first() == Some(&TLS_HANDSHAKE);
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
