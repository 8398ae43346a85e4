//! For tests: what can become of a request on real sockets, from nobody who listens to an answer that breaks off.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// What a server does with a connection once it has heard something.
pub(in crate::source) type End = fn(&mut TcpStream);

/// The ways in which a request is heard and its answer is lost: none, half a head, half a body.
pub(in crate::source) const ENDS: [End; 3] = [
    |_| {},
    |stream| _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-le"),
    |stream| _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"kind\""),
];

/// An address at which nobody listens.
pub(in crate::source) fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A server that does this with each connection and then closes it; what it heard.
pub(in crate::source) fn server(then: impl Fn(&mut TcpStream) + Send + 'static) -> (SocketAddr, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, heard) = channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut bytes = vec![0; 64 * 1024];
            let n = stream.read(&mut bytes).unwrap_or(0);
            bytes.truncate(n);
            // Not everyone asks what was heard.
            let _ = tell.send(bytes);
            then(&mut stream);
        }
    });
    (address, heard)
}

/// A server that speaks no TLS.
pub(in crate::source) fn plain() -> (SocketAddr, Receiver<Vec<u8>>) {
    server(|stream| _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
}
