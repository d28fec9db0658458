using System.Text;
using Sentinel.Linux.Sockets;

namespace Sentinel.Tests.Linux;

public sealed class ConnectionProbeTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n", null)]
    [InlineData("HTTP/1.0 399\r\n", null)]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /\r\n", null)]
    [InlineData("HTTP/1.1 199 No\r\n", "it answered 199 No")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n", "it answered 400 Bad Request")]
    [InlineData("HTTP/1.1 500\n", "it answered 500")]
    [InlineData("HTTP/1.1\r\n", "its answer is not HTTP")]
    [InlineData("HTTP/1.1 abc\r\n", "its answer is not HTTP")]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n", "its answer is not HTTP")]
    [InlineData("\n", "its answer is not HTTP")]
    public void An_answer_is_judged_by_its_status(string answer, string? why)
    {
        Assert.Equal(why, ConnectionProbe.Judge(Encoding.ASCII.GetBytes(answer), isEnd: false, out var isOver));
        Assert.True(isOver);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HT")]
    [InlineData("HTTP/1.1 200 O")]
    public void Nothing_is_judged_before_its_line_has_ended(string answer)
    {
        Assert.Null(ConnectionProbe.Judge(Encoding.ASCII.GetBytes(answer), isEnd: false, out var isOver));
        Assert.False(isOver);
    }

    [Theory]
    [InlineData("", "it hung up without an answer")]
    [InlineData("HTTP/1.1 200", null)]
    [InlineData("HTTP/1.1 2", "it answered 2")]
    [InlineData("nonsense", "its answer is not HTTP")]
    public void Who_hangs_up_has_said_all(string answer, string? why)
    {
        Assert.Equal(why, ConnectionProbe.Judge(Encoding.ASCII.GetBytes(answer), isEnd: true, out var isOver));
        Assert.True(isOver);
    }

    [Fact]
    public void A_line_that_never_ends_is_judged_as_it_is()
    {
        Assert.Equal("its answer is not HTTP", ConnectionProbe.Judge(new byte[1000], isEnd: false, out var isOver));
        Assert.True(isOver);
    }

    [Fact]
    public void Asked_is_for_the_path_at_the_host_that_was_named() => Assert.StartsWith(
        "GET /a?b=c HTTP/1.1\r\nHost: localhost:80\r\n", Encoding.ASCII.GetString(ConnectionProbe.Request(new Uri("http://localhost/a?b=c"))));
}
