using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sentinel.EndToEnd;

/// <summary>A server that answers as a test says, from one moment to the next.</summary>
internal sealed class TestServer : IDisposable
{
    /// <summary>Accepts and says nothing.</summary>
    public const string Mute = "";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private readonly X509Certificate2? _certificate;
    private int _answers;

    /// <param name="answer">The status line after the version: <c>200 OK</c>.</param>
    public TestServer(string answer, bool withTls = false)
    {
        Answer = answer;
        _certificate = withTls ? SelfSigned() : null;
        _listener.Start();
        _ = Serve();
    }

    public string Answer { get; set; }

    public int Answers => _answers;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Url => $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port}/health";

    public void Dispose()
    {
        _over.Cancel();
        _listener.Dispose();
        _certificate?.Dispose();
        _over.Dispose();
    }

    private async Task Serve()
    {
        try
        {
            while (true)
                _ = Serve(await _listener.AcceptTcpClientAsync(_over.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Serve(TcpClient client)
    {
        try
        {
            using (client)
            {
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(_certificate);
                    stream = secure;
                }

                await stream.ReadAtLeastAsync(new byte[4096], 1, throwOnEndOfStream: false, _over.Token);
                while (Answer == Mute)
                    await Task.Delay(5, _over.Token);
                Interlocked.Increment(ref _answers);
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {Answer}\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"), _over.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // Whoever asked hung up, or the test is over.
        }
    }

    // Of another name, and signed by nobody.
    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=somewhere.else", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(-1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
