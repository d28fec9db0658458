using System.Text;
using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

public class LimitsTests
{
    private const int MaxArgument = 128 * 1024;

    [Fact]
    public async Task An_environment_of_a_megabyte_arrives_whole_now_and_after_a_restart()
    {
        await using var home = new SentinelHome();
        var large = Enumerable.Range(0, 10).ToDictionary(i => $"LARGE_{i}", i => (string?)new string((char)('a' + i), 100_000));

        await home.Start(new Call("run", "sleep 1000", "--name", "web") { Environment = large });
        (await home.Run("restart", "web")).Ok();

        var environment = Assert.Single(home.Supervised()).Environment;
        Assert.All(large, variable => Assert.Equal(variable.Value, environment[variable.Key]));
        // Its cookie is found as well.
        (await home.Run("stop", "web")).Ok();
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task What_is_too_large_to_be_executed_is_an_error_that_forgets_nothing()
    {
        await using var home = new SentinelHome();
        var large = Enumerable.Range(0, 10).ToDictionary(i => $"LARGE_{i}", i => (string?)new string('x', 100_000));
        await home.Start(new Call("run", "sleep 1000", "--name", "web") { Environment = large });

        // A quarter of the stack's limit is what arguments and environment may take (execve(2)).
        var restart = (await home.Run(new Call("restart", "web") { Through = Call.AfterShell("ulimit -s 1024;") })).Fails(1);

        Assert.Contains("Argument list too long", restart.Stderr);
        Assert.Null((await home.Show("web")).Pid);
        (await home.Run("start", "web")).Ok();
        Assert.Equal("running", (await home.Show("web")).State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_longest_argument_that_Linux_allows_is_shown_and_kept(bool needsShell)
    {
        await using var home = new SentinelHome();
        var line = needsShell ? "sleep 1000; : " : "sleep 1000 ";
        line += new string('0', MaxArgument - 1 - line.Length);

        await home.Start(new Call("run", line, "--name", "web"));
        (await home.Run("restart", "web")).Ok();

        Assert.Equal((line, needsShell), ((await home.Show("web")).Command, (await home.Show("web")).Shell));
        Assert.Contains(line, (await home.Run("list")).Ok().Stdout);
        Assert.Contains(line, (await home.Run("status", "web")).Ok().Stdout);
    }

    [Fact]
    public async Task A_thousand_processes_are_listed_found_and_forgotten()
    {
        const int count = 1000;
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        (await home.Run("stop", "web")).Ok();
        home.Multiply(count);
        await home.Start("one-more", "sleep", "1000");

        Assert.Equal(count + 1 + 4, (await home.Run("list")).Ok().Lines.Length);
        Assert.Equal(Enumerable.Range(1, count + 1), (await home.List()).Processes.Select(process => process.Id));
        Assert.Contains("copy-777 (id: 777)", (await home.Run("status", "copy-777")).Ok().Stdout);
        Assert.Equal("Started copy-999 (id: 999", (await home.Run("start", "999")).Ok().Stdout.Split(',')[0]);
        Assert.Equal("Stopped 2 processes", (await home.Run("stopall")).Ok().Lines[^1]);
        Assert.Equal($"Deleted {count + 1} processes", (await home.Run("clean")).Ok().Lines[^1]);
        Assert.Empty(home.Supervised());
    }

    [Fact]
    public async Task Many_processes_that_died_together_are_started_together()
    {
        var count = Long.Times(100, otherwise: 40);
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        (await home.Run("stop", "web")).Ok();
        home.Multiply(count);

        Assert.Equal($"Started {count} processes", (await home.Run("startall")).Ok().Lines[^1]);
        Assert.Equal(count, home.Supervised().Count);
        Assert.Equal($"Restarted {count} processes", (await home.Run("restartall")).Ok().Lines[^1]);
        Assert.Equal(count, home.Supervised().Count);
        Assert.All((await home.List()).Processes, process => Assert.Equal("running", process.State));
        (await home.Run("stopall")).Ok();
        Assert.Empty(home.Supervised());
    }

    [Theory]
    [InlineData("-Sn 32")]
    [InlineData("-n 32")]
    [InlineData("-n 14")]
    public async Task More_processes_than_files_may_be_open_are_stopped_all_the_same(string limit)
    {
        const int count = 40;
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        (await home.Run("stop", "web")).Ok();
        home.Multiply(count);
        (await home.Run("startall")).Ok();
        await home.Start(new Call("run", "--name", "tree", $"for i in $(seq {count}); do sleep 1000 & done; wait"));

        var stop = (await home.Run(new Call("stopall") { Through = Call.AfterShell($"ulimit {limit};") })).Ok();

        Assert.Equal(("Stopped 41 processes", ""), (stop.Lines[^1], stop.Stderr));
        Assert.Empty(home.Supervised());
        Assert.All((await home.List()).Processes, process => Assert.Equal("stopped", process.State));
    }

    [Fact]
    public async Task A_daemon_with_few_files_stops_a_tree_of_more_processes()
    {
        await using var home = new SentinelHome();
        var limited = Call.AfterShell("ulimit -n 48;");
        (await home.Run(new Call("daemon", "start") { Through = limited })).Ok();
        await home.Start(new Call("run", "--name", "tree", "for i in $(seq 60); do sleep 1000 & done; wait") { Through = limited });
        await Wait.Until(() => home.Supervised().Count == 61, "all of the tree are there");

        Assert.Equal("", (await home.Run("stop", "tree")).Ok().Stderr);

        Assert.Empty(home.Supervised());
        await home.DescribeDaemon();
    }

    [Fact]
    public async Task The_end_of_a_log_of_5_GB_is_shown_in_little_memory()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        using (var log = new FileStream(home.Stdout("web"), FileMode.Append))
        {
            // A hole, without a single line end in it.
            log.SetLength(5L << 30);
            log.Seek(0, SeekOrigin.End);
            log.Write("\nthe last line\n"u8);
        }

        using var follow = home.Begin("logs", "web", "--follow", "--lines", "1", "--stream", "stdout");
        await follow.Prints("the last line\n");

        Assert.InRange(Peak(follow.Pid), 1, 64 << 20);
        Assert.InRange(BytesRead(follow.Pid), 1, 4 << 20);
    }

    // By the size of a block, and what may go wrong at its edges.
    [Theory]
    [InlineData(64 * 1024)]
    [InlineData((64 * 1024) - 1)]
    [InlineData((64 * 1024) + 1)]
    [InlineData(128 * 1024)]
    [InlineData(1)]
    public async Task Lines_of_any_length_are_counted_right(int length)
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        // The line end is one of them.
        string[] lines = [.. "abcd".Select(c => new string(c, length - 1))];
        File.WriteAllText(home.Stdout("web"), string.Concat(lines.Select(line => line + "\n")));

        for (var count = 0; count <= 5; count++)
        {
            var shown = (await home.Run("logs", "web", "--stream", "stdout", "--lines", $"{count}")).Ok().Stdout;
            Assert.Equal(string.Concat(lines[^Math.Min(count, 4)..].Select(line => line + "\n")), shown[(shown.IndexOf('\n') + 1)..]);
        }
    }

    [Fact]
    public async Task A_line_that_does_not_end_and_bytes_that_are_no_text_are_shown_in_every_way()
    {
        await using var home = new SentinelHome();
        await home.Start("web", "sleep", "1000");
        await home.Start("db", "sleep", "1000");
        byte[] bytes = [0xff, 0xfe, 0x00, (byte)'"', 0x1b, 0xc3, .. Encoding.UTF8.GetBytes(new string('x', 5_000_000))];
        await File.WriteAllBytesAsync(home.Stdout("web"), bytes, TestContext.Current.CancellationToken);

        Assert.Contains(new string('x', 5_000_000) + "\n", (await home.Run("logs", "web", "--stream", "stdout")).Ok().Stdout);
        var several = (await home.Run("logs", "web", "db")).Ok();
        Assert.All(several.Lines, line => Assert.StartsWith("web | ", line));
        Assert.Equal(5_000_000, several.Stdout.Count(c => c == 'x'));
        var json = (await home.Run("logs", "web", "--json")).Ok();
        Assert.Equal(5_000_000, json.Lines.Sum(line => ((string)JsonNode.Parse(line)!["text"]!).Count(c => c == 'x')));
    }

    [Fact]
    public async Task A_log_that_is_written_to_while_it_is_read_is_shown()
    {
        await using var home = new SentinelHome();
        await home.Start(new Call("run", "while :; do echo line; done", "--name", "chatty"));
        await home.Says("chatty", "line", times: 1000);

        var shown = (await home.Run("logs", "chatty", "--stream", "stdout")).Ok();

        // A write need not be seen whole by who reads meanwhile.
        Assert.StartsWith(shown.Lines[^1], "line");
        Assert.All(shown.Lines[1..^1], line => Assert.Equal("line", line));
        Assert.InRange(shown.Lines.Length, 51, 1_000_000);
    }

    private static long Peak(int pid) => 1024 * Number($"/proc/{pid}/status", "VmHWM:");

    private static long BytesRead(int pid) => Number($"/proc/{pid}/io", "rchar:");

    private static long Number(string file, string field) => long.Parse(
        File.ReadLines(file).Single(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
}
