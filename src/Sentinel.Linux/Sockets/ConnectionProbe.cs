using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sentinel.Linux.Loop;
using Sentinel.Linux.Native;

namespace Sentinel.Linux.Sockets;

/// <summary>Connects and, if there is a URL, requests it: one question, on the loop.</summary>
public sealed class ConnectionProbe : IDisposable
{
    // Nothing after the status is read.
    private const int StatusBytes = 256;

    private readonly EventLoop _loop;
    private readonly Queue<IPEndPoint> _servers;
    private readonly Uri? _url;
    private readonly Func<IPEndPoint, string?> _judge;
    private readonly Action<string?> _then;
    private readonly IDisposable _timeout;
    private readonly MemoryStream _answer = new();
    private SafeFileHandle? _socket;
    private IDisposable? _waiting;
    private string? _refused;

    /// <param name="servers">Tried one after another.</param>
    /// <param name="url">Null: a connection is enough.</param>
    /// <param name="judge">What is wrong with the process that gave a good answer; null: nothing.</param>
    public ConnectionProbe(
        EventLoop loop, IEnumerable<IPEndPoint> servers, Uri? url, TimeSpan timeout, Func<IPEndPoint, string?> judge, Action<string?> then)
    {
        (_loop, _servers, _url, _judge, _then) = (loop, new(servers), url, judge, then);
        _timeout = loop.After(timeout, () => End($"no answer within {timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)} s"));
        // Only after this constructor returns.
        _waiting = loop.After(TimeSpan.Zero, Connect);
    }

    public void Dispose()
    {
        _timeout.Dispose();
        Close();
    }

    /// <summary>The request to a server.</summary>
    public static byte[] Request(Uri url) => Encoding.ASCII.GetBytes(
        $"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.IdnHost}:{url.Port}\r\nUser-Agent: sentinel\r\nAccept: */*\r\nConnection: close\r\n\r\n");

    /// <summary>What is wrong with the first line of an answer; null when nothing is, or it is not there yet.</summary>
    /// <param name="isOver">Whether that is decided.</param>
    public static string? Judge(ReadOnlySpan<byte> answer, bool isEnd, out bool isOver)
    {
        var line = answer.IndexOf((byte)'\n') is >= 0 and var end ? answer[..end] : answer;
        isOver = isEnd || line.Length < answer.Length || answer.Length >= StatusBytes;
        if (!isOver)
            return null;
        if (answer.IsEmpty)
            return "it hung up without an answer";
        var words = Encoding.Latin1.GetString(line).Split(' ', 3);
        if (words.Length < 2 || !words[0].StartsWith("HTTP/", StringComparison.Ordinal) || !int.TryParse(words[1], out var status))
            return "its answer is not HTTP";
        return status is >= 200 and < 400 ? null : $"it answered {string.Join(' ', words[1..]).Trim()}";
    }

    private unsafe void Connect()
    {
        Close();
        var server = _servers.Dequeue();
        var fd = LibC.socket((int)Family(server), LibC.SOCK_STREAM | LibC.SOCK_CLOEXEC | LibC.SOCK_NONBLOCK, 0);
        if (fd < 0)
        {
            End($"cannot make a socket: {SystemCallException.Reason(Marshal.GetLastPInvokeError())}");
            return;
        }

        _answer.SetLength(0);
        _socket = new SafeFileHandle(fd, ownsHandle: true);
        var address = stackalloc byte[SockAddrBytes];
        if (LibC.connect(_socket, address, Write(server, new Span<byte>(address, SockAddrBytes))) == 0
            || Marshal.GetLastPInvokeError() == LibC.EINPROGRESS)
            _waiting = _loop.OnWritable(_socket, () => Connected(server));
        else
            Failed(server, Marshal.GetLastPInvokeError());
    }

    private unsafe void Connected(IPEndPoint server)
    {
        int error;
        var length = (uint)sizeof(int);
        if (LibC.getsockopt(_socket!, LibC.SOL_SOCKET, LibC.SO_ERROR, &error, &length) == 0 && error != 0)
        {
            Failed(server, error);
            return;
        }

        if (_url is null)
        {
            Answered(server);
            return;
        }

        // So few bytes fit at once.
        var request = Request(_url);
        fixed (byte* bytes = request)
            if (LibC.send(_socket!, bytes, request.Length, LibC.MSG_NOSIGNAL) != request.Length)
            {
                End("it did not take the request");
                return;
            }

        _waiting!.Dispose();
        _waiting = _loop.OnReadable(_socket!, () => Read(server));
    }

    private void Read(IPEndPoint server)
    {
        Span<byte> block = stackalloc byte[StatusBytes];
        if (UnixSocket.Read(_socket!, block) is not { } read)
            return;
        _answer.Write(block[..read]);
        var why = Judge(_answer.GetBuffer().AsSpan(0, (int)_answer.Length), isEnd: read == 0, out var isOver);
        if (isOver && why is null)
            Answered(server);
        else if (isOver)
            End(why);
    }

    // While the connection exists, its owner does too. The next address may be the right one.
    private void Answered(IPEndPoint server)
    {
        if (_judge(server) is not { } stranger)
            End(null);
        else if (_servers.Count > 0)
        {
            _refused ??= stranger;
            Connect();
        }
        else
            End(stranger);
    }

    private void Failed(IPEndPoint server, int error)
    {
        if (_servers.Count > 0)
            Connect();
        else
            End(error == LibC.ECONNREFUSED ? $"nothing listens on {server}" : $"{server} cannot be reached: {SystemCallException.Reason(error)}");
    }

    private void End(string? why)
    {
        Dispose();
        // A stranger's answer says more than silence elsewhere.
        _then(why is null ? null : _refused ?? why);
    }

    private void Close()
    {
        _waiting?.Dispose();
        _socket?.Dispose();
    }

    internal const int SockAddrBytes = 28;
    private const ushort Inet = 2, Inet6 = 10;

    internal static ushort Family(IPEndPoint server) => server.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? Inet6 : Inet;

    // struct sockaddr_in or sockaddr_in6.
    internal static uint Write(IPEndPoint server, Span<byte> address)
    {
        address.Clear();
        MemoryMarshal.Write(address, Family(server));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(address[2..], (ushort)server.Port);
        if (Family(server) == Inet)
        {
            server.Address.TryWriteBytes(address[4..], out _);
            return 16;
        }

        server.Address.TryWriteBytes(address[8..], out _);
        MemoryMarshal.Write(address[24..], (uint)server.Address.ScopeId);
        return SockAddrBytes;
    }
}
