namespace Sentinel.EndToEnd;

/// <summary>Processes that read: a standard input that stays open, and terminals of their own.</summary>
public class InputTests
{
    private const string Detach = "\x10\x11";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_standard_input_that_stays_open_is_sent_lines_and_never_ends(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        var cat = await home.Start(new Call("run", "--name", "cat", "--stdin", "open", "--", "cat"));

        Assert.Equal("", (await home.Run("send", "cat", "two", "words")).Ok().Stdout);
        (await home.Run("send", "cat", "--no-newline", "no ")).Ok();
        (await home.Run(Call.Line($"printf 'end\\nlast\\n' | {SentinelHome.Binary} send cat"))).Ok();
        await home.Says("cat", "last");

        Assert.Equal("two words\nno end\nlast\n", await File.ReadAllTextAsync(home.Stdout("cat"), TestContext.Current.CancellationToken));
        Assert.True(cat.Process.IsAlive);
        // No process of ours stands between.
        Assert.Equal(["cat"], home.SupervisedPrograms());
        (await home.Run("stop", "cat")).Ok();
        (await home.Run("delete", "cat")).Ok();
        Assert.Empty(Directory.GetFiles(Path.Combine(home.Folder, "input")));
    }

    [Fact]
    public async Task It_stays_open_when_the_daemon_is_killed_and_what_was_sent_to_one_run_is_not_for_the_next()
    {
        await using var home = await SentinelHome.Create(withDaemon: true);
        // Reads nothing until it is told to end.
        var deaf = await home.Start(new Call("run", "--name", "deaf", "--restart", "--stdin", "open", "--", "sh", "-c", "trap 'exec cat' USR1; while :; do sleep 0.05; done"));
        (await home.Run("send", "deaf", "early")).Ok();
        await home.KillDaemon();
        (await home.Run("signal", "deaf", "USR1")).Ok();
        await home.Says("deaf", "early");
        Assert.True(deaf.Process.IsAlive);

        (await home.Run("restart", "deaf")).Ok();
        (await home.Run("send", "deaf", "late")).Ok();
        (await home.Run("restart", "deaf")).Ok();
        (await home.Run("send", "deaf", "again")).Ok();
        (await home.Run("signal", "deaf", "USR1")).Ok();
        await home.Says("deaf", "again");
        Assert.DoesNotContain("late", await File.ReadAllTextAsync(home.Stdout("deaf"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_cannot_be_sent_is_told_and_nothing_waits_for_ever()
    {
        await using var home = new SentinelHome();
        await home.Start(new Call("run", "--name", "deaf", "--stdin", "open", "--", "sleep", "1000"));
        await home.Start(new Call("run", "--name", "closed", "--stdin", "open", "--", "sh", "-c", "exec <&-; echo closed; exec sleep 1000"));
        await home.Sleeper("plain");
        await home.Says("closed", "closed");

        var full = (await home.Run(Call.Line($"head -c 200000 /dev/zero | {SentinelHome.Binary} send deaf"))).Fails(1);
        Assert.Matches("deaf: it does not read its standard input; only [0-9]+ bytes were sent", full.Stderr);
        Assert.Contains("deaf: it does not read its standard input; nothing was sent", (await home.Run("send", "deaf", "more")).Fails(1).Stderr);
        Assert.Contains("closed: it has closed its standard input; nothing was sent", (await home.Run("send", "closed", "x")).Fails(1).Stderr);
        Assert.Contains("plain: it reads /dev/null; 'sentinel set plain --stdin open'", (await home.Run("send", "plain", "x")).Fails(1).Stderr);
        Assert.Contains("there is no process named 'nobody'", (await home.Run("send", "nobody", "x")).Fails(1).Stderr);
        (await home.Run("stop", "plain")).Ok();
        Assert.Contains("plain: it is stopped", (await home.Run("send", "plain", "x")).Fails(1).Stderr);
        Assert.Contains("--stdin takes null or open, not 'x'", (await home.Run("run", "cat", "--stdin", "x")).Fails(2).Stderr);
        Assert.Contains("--stdin and --tty exclude each other", (await home.Run("run", "cat", "--stdin", "open", "--tty")).Fails(2).Stderr);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_program_that_needs_a_terminal_has_one_and_its_log_is_as_ever(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run("run", "--name", "shell", "--tty", "--", "sh", "-c", "test -t 0 -a -t 1 -a -t 2 && stty size && read line && echo got $line && exec sleep 1000")).Ok();
        await home.Says("shell", "24 80");

        (await home.Run("send", "shell", "a line")).Ok();
        await home.Says("shell", "got a line");

        Assert.Equal("24 80\na line\ngot a line\n", await File.ReadAllTextAsync(home.Stdout("shell"), TestContext.Current.CancellationToken));
        Assert.Contains("attach needs a terminal", (await home.Run("attach", "shell")).Fails(1).Stderr);
        (await home.Run("stop", "shell")).Ok();
        // Its keeper ends with it.
        await home.Settled();
    }

    [Fact]
    public async Task Two_attach_at_once_and_the_program_outlives_them_and_the_daemon()
    {
        Terminal.Need();
        await using var home = await SentinelHome.Create(withDaemon: true);
        var cat = await home.Start(new Call("run", "--name", "cat", "--tty", "--", "cat"));
        var first = home.Begin(Terminal.Call(80, "attach", "cat"));
        var second = home.Begin(Terminal.Call(80, "attach", "cat"));
        await first.Prints("Ctrl+P Ctrl+Q detaches");
        await second.Prints("Ctrl+P Ctrl+Q detaches");
        await home.KillDaemon();

        // The size is that of the last who attached; what one types both see.
        first.Type("hello\r");
        await first.Prints("hello\r\nhello\r\n");
        await second.Prints("hello\r\nhello\r\n");
        first.Type(Detach);
        Assert.Contains("Detached from cat, which goes on", (await first.Finish()).Ok().Stdout);
        Assert.True(cat.Process.IsAlive);
        (await home.Run("stop", "cat")).Ok();
        Assert.Contains("cat has ended; 'sentinel why cat' tells how", (await second.Finish()).Ok().Stdout);
        Assert.Contains("cat: it is stopped", (await home.Run(Terminal.Call(80, "attach", "cat"))).Fails(1).Stdout);
    }

    [Fact]
    public async Task Only_what_has_a_terminal_can_be_attached_to()
    {
        Terminal.Need();
        await using var home = new SentinelHome();
        await home.Sleeper("web");
        Assert.Contains("web: it has no terminal; 'sentinel set web --tty'", (await home.Run(Terminal.Call(80, "attach", "web"))).Fails(1).Stdout);
        Assert.Contains("Changed web (id: 1): tty; part of it takes effect", (await home.Run("set", "web", "--tty")).Ok().Stdout);
        (await home.Run("restart", "web")).Ok();
        var attached = home.Begin(Terminal.Call(80, "attach", "web"));
        await attached.Prints("Ctrl+P Ctrl+Q detaches");
        // A terminal that is closed leaves the program alone.
        attached.Type(Detach);
        (await attached.Finish()).Ok();
        Assert.Equal("running", (await home.Show("web")).State);
    }
}
