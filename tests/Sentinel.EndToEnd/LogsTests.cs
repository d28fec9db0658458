using System.Text;

namespace Sentinel.EndToEnd;

public class LogsTests
{
    [Fact]
    public async Task Logs_show_the_last_50_lines_of_each_stream_under_the_name_of_its_file()
    {
        await using var home = new SentinelHome();
        await Lines(home, "web", 200, 60);

        var shown = (await home.Run("logs", "web")).Ok();

        string[] expected =
        [
            $"==> {home.Stdout("web")} <==", .. Range("line", 151, 200),
            $"==> {home.Stderr("web")} <==", .. Range("error", 11, 60),
        ];
        Assert.Equal(expected, shown.Lines);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(200)]
    [InlineData(1000)]
    [InlineData(0)]
    public async Task The_number_of_lines_may_be_chosen(int count)
    {
        await using var home = new SentinelHome();
        await Lines(home, "web", 200, 0);

        var shown = (await home.Run("logs", "web", "--stream", "stdout", "--lines", $"{count}")).Ok();

        Assert.Equal(Range("line", Math.Max(1, 201 - count), 200), shown.Lines.Skip(1));
    }

    [Theory]
    [InlineData("stdout", "line", "error")]
    [InlineData("stderr", "error", "line")]
    public async Task A_single_stream_may_be_chosen(string stream, string shown, string other)
    {
        await using var home = new SentinelHome();
        await Lines(home, "web", 5, 5);

        var logs = (await home.Run("logs", "web", "--stream", stream)).Ok();

        Assert.Contains($"{shown} 5\n", logs.Stdout);
        Assert.DoesNotContain(other, logs.Stdout);
    }

    [Fact]
    public async Task Lines_of_several_processes_carry_the_name()
    {
        await using var home = new SentinelHome();
        await Lines(home, "web", 2, 0);
        await Lines(home, "db", 1, 1);

        var logs = (await home.Run("logs", "web", "db")).Ok();

        Assert.Equal(
            ["web | line 1", "web | line 2", "db  | line 1", "db  | error 1"],
            logs.Lines.Where(line => line.Contains(" | ")));
    }

    [Fact]
    public async Task What_the_program_wrote_is_shown_as_it_is()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        string[] lines = ["[error] array[i] [/x]", "", "  {0} %s \\n", "wörld 日本 🎈"];
        string[] odd = [new string('x', 200_000), "cr\rlf\r"];
        File.AppendAllText(home.Stdout("web"), string.Join('\n', [.. lines, .. odd]) + "\nno line end");

        var shown = (await home.Run("logs", "web", "--stream", "stdout")).Ok().Stdout;
        var raw = (await home.Run("logs", "web", "--stream", "stdout", "--raw")).Ok().Stdout;

        Assert.Equal(
            [$"==> {home.Stdout("web")} <==", .. lines, odd[0], "lf\r", "no line end"],
            shown.TrimEnd('\n').Split('\n'));
        Assert.Equal([.. lines, .. odd, "no line end"], raw.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_no_error()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        await File.AppendAllBytesAsync(home.Stdout("web"), [0xff, 0xfe, 0x00, 0xc3, (byte)'\n', .. "after\n"u8], TestContext.Current.CancellationToken);

        Assert.EndsWith("\nafter\n", (await home.Run("logs", "web", "--stream", "stdout")).Ok().Stdout);
    }

    [Fact]
    public async Task Logs_of_a_process_that_has_ended_can_be_read()
    {
        await using var home = new SentinelHome();
        var web = await home.Start("web", "sh", "-c", "echo last words");
        await Wait.Until(() => !web.Process.IsAlive, "it has ended");

        Assert.Contains("last words\n", (await home.Run("logs", "web")).Ok().Stdout);
        (await home.Run("stop", "web")).Ok();
        Assert.Contains("last words\n", (await home.Run("logs", "web")).Ok().Stdout);
    }

    [Fact]
    public async Task Clear_empties_the_files_and_the_process_goes_on_writing()
    {
        await using var home = new SentinelHome();
        await home.Start(new Call("run", "echo before; while test ! -e go; do sleep 0.01; done; echo after; sleep 1000", "--name", "web"));
        await home.Says("web", "before");

        (await home.Run("logs", "web", "--clear")).Ok();
        Assert.Equal(0, new FileInfo(home.Stdout("web")).Length);
        File.WriteAllText(Path.Combine(home.Work, "go"), "");

        await home.Says("web", "after");
        Assert.Equal("after\n", File.ReadAllText(home.Stdout("web")));
    }

    [Fact]
    public async Task Follow_shows_what_is_there_and_then_what_comes()
    {
        await using var home = new SentinelHome();
        await Lines(home, "web", 60, 1);
        using var follow = home.Begin("logs", "web", "--follow");
        await follow.Prints("line 60\n");
        await follow.Prints("error 1\n");

        File.AppendAllText(home.Stdout("web"), "more\n");
        await follow.Prints("more\n");
        File.AppendAllText(home.Stderr("web"), "trouble\n");
        await follow.Prints("trouble\n");

        Assert.DoesNotContain("line 10\n", follow.Stdout);
        Assert.Single(follow.Stdout.Split('\n'), line => line == "more");
    }

    [Fact]
    public async Task Ctrl_C_ends_follow_with_130_and_leaves_the_process_alone()
    {
        await using var home = new SentinelHome();
        var web = await home.Start("web", "sh", "-c", "echo here; exec sleep 1000");
        using var follow = home.Begin("logs", "web", "--follow");
        await follow.Prints("here");

        follow.Signal(Signals.Interrupt);

        Assert.Empty((await follow.End()).Fails(130).Stderr);
        Assert.True(web.Process.IsAlive);
    }

    [Fact]
    public async Task Follow_survives_truncation()
    {
        await using var home = new SentinelHome();
        await Lines(home, "web", 60, 0);
        using var follow = home.Begin("logs", "web", "--follow");
        await follow.Prints("line 60\n");

        (await home.Run("logs", "web", "--clear")).Ok();
        File.AppendAllText(home.Stdout("web"), "afresh\n");

        await follow.Prints("afresh\n");
    }

    [Fact]
    public async Task Follow_survives_the_replacement_of_the_file()
    {
        await using var home = new SentinelHome();
        await Lines(home, "web", 3, 0);
        using var follow = home.Begin("logs", "web", "--follow");
        await follow.Prints("line 3\n");

        File.Move(home.Stdout("web"), home.Stdout("web") + ".1");
        File.AppendAllText(home.Stdout("web") + ".1", "the last of the old\n");
        File.WriteAllText(home.Stdout("web"), "the first of the new\n");
        await follow.Prints("the first of the new\n");
        File.AppendAllText(home.Stdout("web"), "the second\n");
        await follow.Prints("the second\n");

        Assert.Single(follow.Stdout.Split('\n'), line => line == "the first of the new");
        Assert.Contains("the last of the old\n", follow.Stdout);
    }

    [Fact]
    public async Task Follow_survives_a_restart_of_the_process()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sh", "-c", "echo pid $$; exec sleep 1000");
        using var follow = home.Begin("logs", "web", "--follow");
        await follow.Prints("pid");

        var restarted = Started.Parse((await home.Run("restart", "web")).Ok().Stdout);

        await follow.Prints($"pid {restarted.Pid}\n");
    }

    [Fact]
    public async Task Follow_of_several_names_each_line()
    {
        await using var home = new SentinelHome();
        await Lines(home, "web", 1, 0);
        await Lines(home, "db", 1, 0);
        using var follow = home.Begin("logs", "web", "db", "--follow");
        await follow.Prints("web | line 1\n");
        await follow.Prints("db  | line 1\n");

        File.AppendAllText(home.Stdout("db"), "more\n");
        await follow.Prints("db  | more\n");
        File.AppendAllText(home.Stdout("web"), "more\n");
        await follow.Prints("web | more\n");
    }

    [Fact]
    public async Task Follow_ends_quietly_when_its_reader_leaves()
    {
        await using var home = new SentinelHome();
        await Lines(home, "web", 1, 0);
        using var follow = home.Begin(new Call("logs", "web", "--follow") { HangsUpEarly = true });

        await Wait.Until(
            () =>
            {
                File.AppendAllText(home.Stdout("web"), "is anybody there?\n");
                return follow.HasEnded;
            },
            "it has noticed");

        Assert.Empty((await follow.End()).Stderr);
    }

    [Fact]
    public async Task The_end_of_a_log_of_5_GB_is_read_without_the_rest()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        using (var log = new FileStream(home.Stdout("web"), FileMode.Append))
        {
            log.SetLength(5L << 30);
            log.Seek(0, SeekOrigin.End);
            log.Write(Encoding.UTF8.GetBytes("\n" + string.Join('\n', Range("line", 1, 200)) + "\n"));
        }

        // The shell's account of bytes read has those of the children that it waited for.
        var logs = (await home.Run(new Call("logs", "web", "--lines", "100", "--stream", "stdout")
        {
            Through = ["sh", "-c", "\"$@\"; cat /proc/$$/io >&2", "sh"],
        })).Ok();

        Assert.Equal(Range("line", 101, 200), logs.Lines.Skip(1));
        var read = long.Parse(logs.Stderr.Split('\n').Single(line => line.StartsWith("rchar: ", StringComparison.Ordinal))[7..]);
        Assert.InRange(read, 1, 4 << 20);
    }

    private static string[] Range(string word, int first, int last) =>
        [.. Enumerable.Range(first, last - first + 1).Select(i => $"{word} {i}")];

    private static async Task Lines(SentinelHome home, string name, int stdout, int stderr)
    {
        await home.Start(name, SentinelHome.Actor, "lines", $"{stdout}", $"{stderr}");
        if (stdout > 0)
            await home.Says(name, $"line {stdout}");
        await Wait.Until(() => File.ReadLines(home.Stderr(name)).Count() == stderr, $"{name} has written to stderr");
    }
}
