using System.Net.Sockets;
using System.Text;
using Sentinel.Linux.Sockets;
using Sentinel.Tests.Logs;

namespace Sentinel.Tests.Linux;

[Collection(nameof(Alone))]
public sealed class ServiceManagerTests : IDisposable
{
    private const string Variable = "NOTIFY_SOCKET";

    private readonly TempFolder _folder = new();
    private readonly string? _before = Environment.GetEnvironmentVariable(Variable);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, _before);
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_service_manager_is_told_where_it_listens(bool isAbstract)
    {
        var path = isAbstract ? $"@sentinel-test-{Guid.NewGuid():N}" : _folder["notify"];
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 120_000 };
        manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + path[1..] : path));
        Environment.SetEnvironmentVariable(Variable, path);

        ServiceManager.Tell("READY=1\nSTATUS=Supervising 3 processes");

        var received = new byte[100];
        Assert.Equal("READY=1\nSTATUS=Supervising 3 processes", Encoding.UTF8.GetString(received, 0, manager.Receive(received)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("/nowhere/notify")]
    [InlineData("@")]
    public void Where_nobody_listens_nothing_goes_wrong(string? path)
    {
        Environment.SetEnvironmentVariable(Variable, path);
        ServiceManager.Tell("READY=1");
    }
}
