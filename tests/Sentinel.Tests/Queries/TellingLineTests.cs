using Sentinel.Api;
using Sentinel.Core.Queries;

namespace Sentinel.Tests.Queries;

public sealed class TellingLineTests
{
    [Theory]
    [InlineData("KeyError: 'url'", "starting", "Traceback (most recent call last):", "  File \"a.py\", line 2, in <module>", "    raise KeyError('url')", "KeyError: 'url'")]
    [InlineData("requests.exceptions.ConnectionError: no route", "Traceback (most recent call last):", "OSError: first", "Traceback (most recent call last):", "  File", "requests.exceptions.ConnectionError: no route", "done")]
    [InlineData("Error: listen EADDRINUSE: address already in use :::80", "node:events:496", "      throw er; // Unhandled 'error' event", "Error: listen EADDRINUSE: address already in use :::80", "    at Server.setupListenHandle", "Node.js v20")]
    [InlineData("TypeError [ERR_INVALID]: no", "TypeError [ERR_INVALID]: no", "    at x")]
    [InlineData("Exception in thread \"main\" java.lang.IllegalStateException: no", "Exception in thread \"main\" java.lang.IllegalStateException: no", "\tat A.main(A.java:1)")]
    [InlineData("panic: runtime error: index out of range", "listening", "panic: runtime error: index out of range", "", "goroutine 1 [running]:", "exit status 2")]
    [InlineData("thread 'main' panicked at src/main.rs:2:5:", "thread 'main' panicked at src/main.rs:2:5:", "no config", "note: run with RUST_BACKTRACE=1")]
    [InlineData("nginx: [emerg] bind() to 0.0.0.0:80 failed", "nginx: [emerg] bind() to 0.0.0.0:80 failed")]
    [InlineData("sh: 1: nosuch: not found", "sh: 1: nosuch: not found")]
    [InlineData("3 errors were found", "0 errors in main.c", "3 errors were found")]
    [InlineData("bye", "tests: 5, errors: 0", "bye", "", "  ")]
    public void The_line_that_tells_why_is_found(string telling, params string[] lines)
    {
        Assert.Equal(new SaidLine(telling, LogStream.Stderr), TellingLine.In(lines, ["other"]));
        Assert.Equal(new SaidLine(telling, LogStream.Stdout), TellingLine.In([], lines));
    }

    [Fact]
    public void An_error_on_stdout_tells_more_than_another_line_on_stderr()
    {
        Assert.Equal(new SaidLine("FATAL: no database", LogStream.Stdout), TellingLine.In(["warming up"], ["FATAL: no database"]));
        Assert.Equal(new SaidLine("warming up", LogStream.Stderr), TellingLine.In(["warming up"], ["served 3 requests"]));
        Assert.Null(TellingLine.In([], ["", "  "]));
    }

    [Fact]
    public void A_very_long_line_is_looked_at_in_time_that_grows_with_its_length()
    {
        var line = string.Concat(Enumerable.Repeat("error: 0 errors no ", 20_000));

        Assert.NotNull(TellingLine.In([line, new string('.', 200_000), new string('$', 200_000)], []));
    }
}
