using Sentinel.Model.Specs;

namespace Sentinel.Tests.Specs;

public sealed class ListenSocketTests
{
    [Theory]
    [InlineData("http=127.0.0.1:8080", "http", "127.0.0.1:8080", "http=127.0.0.1:8080")]
    [InlineData("127.0.0.1:8080", "8080", "127.0.0.1:8080", "127.0.0.1:8080")]
    [InlineData("localhost:8080", "8080", "127.0.0.1:8080", "127.0.0.1:8080")]
    [InlineData("[::1]:80", "80", "[::1]:80", "[::1]:80")]
    [InlineData("*:80", "80", "*:80", "*:80")]
    [InlineData("[::]:80", "80", "*:80", "*:80")]
    [InlineData("0.0.0.0:80", "80", "0.0.0.0:80", "0.0.0.0:80")]
    [InlineData("unix:run/api.sock", "api", "unix:run/api.sock", "unix:run/api.sock")]
    [InlineData("web=unix:/srv/my app/ü.sock", "web", "unix:/srv/my app/ü.sock", "web=unix:/srv/my app/ü.sock")]
    public void A_socket_has_an_address_and_a_name(string text, string name, string address, string written)
    {
        var socket = ListenSocket.Parse(text);
        Assert.Equal((name, address, written), (socket.Name, socket.Address, socket.ToString()));
        Assert.Equal(socket, ListenSocket.Parse(socket.ToString()));
    }

    [Theory]
    [InlineData("8080", "does not say who may connect")]
    [InlineData(":8080", "does not say who may connect")]
    [InlineData("127.0.0.1", "is no address")]
    [InlineData("127.0.0.1:0", "is no address")]
    [InlineData("127.0.0.1:65536", "is no address")]
    [InlineData("::1:80", "is no address of this machine")]
    [InlineData("example.com:80", "is no address of this machine")]
    [InlineData("unix:", "names no file")]
    [InlineData("unix:run/", "names no file")]
    [InlineData("a:b=127.0.0.1:80", "cannot be the name of a socket")]
    [InlineData("=127.0.0.1:80", "cannot be the name of a socket")]
    [InlineData("unix:my app.sock", "cannot be the name of a socket")]
    [InlineData("", "is no address")]
    public void What_is_none_is_refused_with_the_reason(string text, string why) =>
        Assert.Contains(why, Assert.Throws<FormatException>(() => ListenSocket.Parse(text)).Message);

    [Fact]
    public void A_path_depends_on_the_folder_of_the_process() =>
        Assert.Equal("unix:/srv/run/api.sock", ListenSocket.Parse("unix:run/api.sock").In("/srv").Address);

    [Theory]
    [InlineData("http://127.0.0.1:8080/health", true)]
    [InlineData("http://localhost:9090/health", false)]
    [InlineData("tcp 8080", true)]
    [InlineData("tcp localhost:9090", false)]
    public void A_readiness_that_its_own_socket_would_answer_is_none(string probe, bool isRefused)
    {
        var spec = Policy.Sample.Record.Spec with
        {
            Sockets = [ListenSocket.Parse("*:8080")],
            Readiness = new Readiness(probe.StartsWith("tcp ", StringComparison.Ordinal) ? Probe.Tcp(probe[4..]) : Probe.Http(probe), Readiness.DefaultTimeout),
        };
        Assert.Equal(isRefused, Model.Fields.SpecFields.WhyNot(spec) is not null);
    }
}
