// Answers each request with its path and its own pid. On SIGTERM or SIGINT it takes no new connection, closes none that is open before it
// has answered once more, and then ends. BROKEN=1 makes it a version that ends before it serves.
const http = require('http'), net = require('net');

if (process.env.BROKEN === '1') {
  setTimeout(() => process.exit(1), 50);
} else {
  let ends = false;
  const open = new Set();
  const server = http.createServer((request, response) => {
    const body = `${request.url.slice(1)} ${process.pid}`;
    response.writeHead(200, { 'Content-Length': body.length, ...(ends && { Connection: 'close' }) });
    response.end(body);
  });
  server.keepAliveTimeout = 60000;
  server.on('connection', socket => {
    open.add(socket);
    socket.on('close', () => {
      open.delete(socket);
      if (ends && open.size === 0) process.exit(0);
    });
  });
  const end = () => {
    if (ends) return;
    ends = true;
    // What http.Server.close does besides would cut connections on which a request may be under way.
    net.Server.prototype.close.call(server);
    if (open.size === 0) process.exit(0);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  server.listen(process.env.LISTEN_FDS ? { fd: 3 } : { port: Number(process.env.PORT), host: '127.0.0.1', backlog: 4096 }, () => {
    console.log('ready');
    if (process.send) process.send('ready');
  });
}
