using Sentinel.Model.Specs;

namespace Sentinel.Tests.Specs;

public sealed class ProbeTests
{
    private static readonly Dictionary<string, string> Variables = new() { ["PORT"] = "8081", ["HOST"] = "web.test", ["EMPTY"] = "" };

    [Theory]
    [InlineData("http://localhost:8080/health", "http://localhost:8080/health")]
    [InlineData("https://[::1]/", "https://[::1]/")]
    [InlineData("http://127.0.0.1:$PORT/a?b=c", "http://127.0.0.1:8081/a?b=c")]
    [InlineData("http://${HOST}:${PORT}", "http://web.test:8081/")]
    public void A_url_has_the_variables_of_the_process(string url, string expected) =>
        Assert.Equal(expected, Probe.Http(url).UrlFor(Variables.GetValueOrDefault)!.AbsoluteUri);

    [Theory]
    [InlineData("")]
    [InlineData("localhost:8080")]
    [InlineData("ftp://localhost/")]
    [InlineData("http://")]
    [InlineData("http://local host/")]
    public void What_is_no_url_is_said_to_be_none(string url) =>
        Assert.Contains($"'{url}' is not a URL", Assert.Throws<FormatException>(() => Probe.Http(url)).Message);

    [Theory]
    [InlineData("localhost:80", "localhost", 80)]
    [InlineData("80", "localhost", 80)]
    [InlineData("$PORT", "localhost", 8081)]
    [InlineData("[::1]:65535", "::1", 65535)]
    [InlineData("$HOST:$PORT", "web.test", 8081)]
    public void An_address_is_a_host_and_a_port_of_it(string address, string host, int port) =>
        Assert.Equal((host, port), Probe.Tcp(address).EndPointFor(Variables.GetValueOrDefault));

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData(":80")]
    [InlineData("a:b")]
    [InlineData("a:0")]
    [InlineData("a:65536")]
    [InlineData("a b:80")]
    [InlineData("::1:80")]
    [InlineData("[]:80")]
    public void What_is_no_address_is_said_to_be_none(string address) =>
        Assert.Contains($"'{address}' is not an address", Assert.Throws<FormatException>(() => Probe.Tcp(address)).Message);

    [Fact]
    public void With_other_variables_it_may_be_no_address()
    {
        Assert.Null(Probe.Tcp("localhost:$EMPTY").EndPointFor(Variables.GetValueOrDefault));
        Assert.Null(Probe.Http("http://$EMPTY/").UrlFor(Variables.GetValueOrDefault));
    }

    [Fact]
    public void A_command_and_an_expression_are_looked_at_before()
    {
        Assert.Throws<FormatException>(() => Probe.Exec(" "));
        Assert.Throws<FormatException>(() => Probe.Log("("));
    }
}
