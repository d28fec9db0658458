using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Sentinel.EndToEnd;

public class LogViewTests
{
    private const int LongLine = 50 * 1024 * 1024;

    [Fact]
    public async Task What_matches_is_shown_with_the_lines_around_it_as_grep_does()
    {
        await using var home = new SentinelHome();
        Needs.Program("grep");
        await Wrote(home, "web", string.Concat(Enumerable.Range(0, 200).Select(n => $"{n}{(n % 17 == 0 || n % 50 < 2 ? " error" : "")}\n")));
        foreach (var options in (string[][])[[], ["-A", "2"], ["-B", "3"], ["-C", "1"], ["-A", "1", "-B", "4"], ["-C", "20"]])
        {
            var expected = (await home.Run(Call.Line($"grep {string.Join(' ', options)} 'err.r' '{home.Stdout("web")}'"))).Ok();
            var shown = (await home.Run(["logs", "web", "--stream", "stdout", "--grep", "err.r", .. options])).Ok();
            Assert.Equal(expected.Lines, shown.Lines[1..]);
        }
    }

    [Fact]
    public async Task Of_what_matches_the_last_lines_may_be_chosen_in_backups_too()
    {
        await using var home = new SentinelHome();
        await Wrote(home, "web", string.Concat(Enumerable.Range(0, 3000).Select(n => $"{n} {(n % 1000 == 0 ? "error" : "fine")}\n")));
        (await home.Run("logs", "rotate", "web")).Ok();

        Assert.Equal(["1000 error", "2000 error"], await Shown("--lines", "2"));
        Assert.Equal(["0 error", "1000 error", "2000 error"], await Shown("--all"));
        Assert.Equal(["1001 fine", "--", "1999 fine", "2000 error", "2001 fine"], await Shown("--lines", "4", "-C", "1"));
        Assert.Equal(["2000 error", "2001 fine"], await Shown("--lines", "2", "-C", "1"));
        // There are some, but none is asked for.
        Assert.Empty(await Shown("--lines", "0"));

        async Task<string[]> Shown(params string[] options) =>
            [.. (await home.Run(["logs", "web", "--stream", "stdout", "--grep", "error", .. options])).Ok().Lines.Skip(1)];
    }

    [Theory]
    [InlineData]
    [InlineData("--json")]
    [InlineData("--raw")]
    [InlineData("--timestamps")]
    public async Task That_nothing_matches_is_said_and_fails_as_with_grep(params string[] options) => await WithLog("one\ntwo\n", async home =>
    {
        var none = (await home.Run(["logs", "web", "--grep", "thr.e", .. options])).Fails(1);
        Assert.Equal("Error: no line matches 'thr.e'\n", none.Stderr);
        Assert.Empty(none.Stdout);
        // What has no match has no heading.
        var some = (await home.Run(["logs", "web", "--grep", "two", .. options])).Ok();
        Assert.Single(some.Lines, line => line.Contains("two"));
        Assert.DoesNotContain(home.Stderr("web"), some.Stdout);
    });

    [Fact]
    public async Task While_one_follows_what_matches_is_shown_in_whole_lines_and_with_what_comes_after_it() =>
        await WithLog("one\nan error\nhalf an", async home =>
        {
            using var follow = home.Begin("logs", "web", "--stream", "stdout", "--follow", "--grep", "an error", "--after", "1");
            await follow.Prints("an error\n");
            File.AppendAllText(home.Stdout("web"), " error\nafter it\nnot this\n");
            await follow.Prints("after it\n");
            File.AppendAllText(home.Stdout("web"), "an error, the last\n");
            await follow.Prints("the last\n");

            Assert.Equal(["an error", "half an error", "after it", "--", "an error, the last"], follow.Stdout.Split('\n')[1..^1]);
        });

    [Fact]
    public async Task Raw_is_byte_for_byte_what_was_written_in_backups_too()
    {
        await using var home = new SentinelHome();
        await Wrote(home, "web", "");
        byte[] odd = [0xff, 0xfe, 0, 0xc3, (byte)'\r', (byte)'\n', .. "\e[31mred\e[0m\n\0\0\0\r10%\r20%\n"u8, 0xf0, 0x9f, .. "\nno line end"u8];
        byte[] all = [.. Enumerable.Repeat(odd, 2000).SelectMany(bytes => bytes)];
        await File.WriteAllBytesAsync(Path.Combine(home.Work, "written"), all, TestContext.Current.CancellationToken);
        for (var (at, part) = (0, all.Length / 3); at < all.Length; at += part)
        {
            using (var log = new FileStream(home.Stdout("web"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
                log.Write(all.AsSpan(at, Math.Min(part, all.Length - at)));
            (await home.Run("logs", "rotate", "web")).Ok();
        }

        Assert.True(File.Exists(home.Stdout("web") + ".3"));
        (await home.Run(new Call("logs", "web", "--all", "--raw", "--stream", "stdout") { Through = ["sh", "-c", "\"$@\" | cmp - written", "sh"] })).Ok();
    }

    [Fact]
    public async Task Escape_codes_are_cut_for_who_is_no_terminal() =>
        await WithLog("\e[1;31mred\e[0m\n\e]0;title\aplain\n\e[32m\ngreen\e[0m", async home =>
        {
            Assert.Equal("red\nplain\n\ngreen\n", await Shown());
            Assert.Equal("red\nplain\ngreen\n", await Shown("--grep", "e|a"));
            Assert.Contains("\e[1;31mred\e[0m\n", (await home.Run("logs", "web", "--raw")).Ok().Stdout);
            Assert.Equal(["red", "plain", "", "green"], (await Objects(home, "web")).Select(line => line.Text));

            async Task<string> Shown(params string[] options)
            {
                var shown = (await home.Run(["logs", "web", "--stream", "stdout", .. options])).Ok().Stdout;
                return shown[(shown.IndexOf('\n') + 1)..];
            }
        });

    [Fact]
    public async Task For_programs_each_line_is_an_object_whatever_it_is()
    {
        await using var home = new SentinelHome();
        await Wrote(home, "web", "plain\n\n\"quoted\" \\ \t\r\nNUL \0 end\n日本 🎈\nno line end");
        await File.AppendAllTextAsync(home.Stderr("web"), "an error\n", TestContext.Current.CancellationToken);
        using (var log = new FileStream(home.Stdout("web"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
            log.Write([(byte)'\n', 0xff, 0xc3, (byte)'\n']);

        Assert.Equal(
            ["plain", "", "\"quoted\" \\ \t", "NUL \0 end", "日本 🎈", "no line end", "\ufffd\ufffd"],
            (await Objects(home, "web", "--stream", "stdout")).Select(line => line.Text));
        Assert.Equal(("web", "stderr", "an error"), (await Objects(home, "web"))[^1]);
        Assert.Equal([0, 6, 7], (await home.Run("logs", "web", "--json")).Ok().Lines.Take(3).Select(line => (long)JsonNode.Parse(line)!["position"]!));
        Assert.Empty(await Objects(home, "web", "--lines", "0"));
    }

    [Fact]
    public async Task The_logs_of_a_group_are_those_of_its_processes()
    {
        await using var home = new SentinelHome();
        (await home.Run("group", "create", "backend")).Ok();
        await home.Start(new Call("run", "--name", "web", "--group", "backend", "echo from web; exec sleep 1000"));
        await home.Start(new Call("run", "--name", "worker", "--group", "backend", "echo from worker; exec sleep 1000"));
        await home.Start("other", "sh", "-c", "echo from other; exec sleep 1000");
        foreach (var name in (string[])["web", "worker", "other"])
            await home.Says(name, "from");

        Assert.Equal(["web    | from web", "worker | from worker"], (await home.Run("logs", "--group", "backend")).Ok().Lines);
        Assert.Equal(["web", "worker"], (await Objects(home, "--group", "backend")).Select(line => line.Process));
        (await home.Run("logs", "--group", "nobody")).Fails(1);
    }

    [Fact]
    public async Task A_line_of_50_MB_is_a_line()
    {
        await using var home = new SentinelHome();
        await Wrote(home, "web", "short\n" + new string('x', LongLine) + "needle\nlast\n");

        Assert.Equal(LongLine + "needle\nlast\n".Length, (await home.Run("logs", "web", "--raw", "--lines", "2", "--stream", "stdout")).Ok().Stdout.Length);
        Assert.Equal(LongLine + "needle\n".Length, (await home.Run("logs", "web", "--raw", "--grep", "needle$", "--stream", "stdout")).Ok().Stdout.Length);
        Assert.Equal([5, LongLine + 6, 4], (await Objects(home, "web")).Select(line => line.Text.Length));
    }

    [Fact]
    public async Task A_log_that_was_deleted_is_empty_until_the_next_start()
    {
        await using var home = new SentinelHome();
        await Wrote(home, "web", new string('x', 20_000) + "\n");
        File.Delete(home.Stdout("web"));

        Assert.Equal($"==> {home.Stdout("web")} <==\n", (await home.Run("logs", "web", "--stream", "stdout")).Ok().Stdout);
        Assert.Empty((await home.Run("logs", "web", "--all", "--raw")).Ok().Stdout);
        (await home.Run("logs", "rotate", "web")).Ok();
        (await home.Run("logs", "web", "--clear")).Ok();
        (await home.Run("list")).Ok();
        Assert.False(File.Exists(home.Stdout("web")));
        var told = (await home.Run("status", "web")).Ok().Stdout;
        Assert.Contains($"  Deleted:   {home.Stdout("web")}, ", told);
        Assert.Contains("'sentinel restart web' begins a new one", told);
        var copy = Regex.Match(told, "'(cp .*) FILE'").Groups[1].Value;
        Assert.Equal(20_001, (await home.Run(Call.Line($"{copy} /dev/stdout"))).Ok().Stdout.Length);
        Assert.Equal([home.Stdout("web")], await Deleted());

        (await home.Run("restart", "web")).Ok();
        Assert.True(File.Exists(home.Stdout("web")));
        Assert.DoesNotContain("Deleted:", (await home.Run("status", "web")).Ok().Stdout);
        Assert.Empty(await Deleted());

        async Task<string[]> Deleted() => [.. JsonNode.Parse((await home.Run("status", "web", "--json")).Ok().Stdout)!["processes"]![0]!["deletedLogs"]!.AsArray()
            .Select(log => (string)log!["path"]!)];
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_a_log_that_its_process_empties_all_is_shown_that_is_there(bool isRotatedBefore)
    {
        await using var home = new SentinelHome();
        await home.Start(new Call("run", "--name", "web",
            "seq 1 5000; echo full; while test ! -e go; do sleep 0.01; done; : >/proc/self/fd/1; echo afresh; seq 1 3000; echo again; exec sleep 1000"));
        await home.Says("web", "full");
        if (isRotatedBefore)
            (await home.Run("logs", "rotate", "web")).Ok();
        using var follow = home.Begin("logs", "web", "--follow", "--raw", "--stream", "stdout", "--lines", "1");
        await follow.Prints("full\n");

        File.WriteAllText(Path.Combine(home.Work, "go"), "");
        await home.Says("web", "again");

        await AssertShown();
        (await home.Run("logs", "rotate", "web")).Ok();
        await AssertShown();
        await follow.Prints("again\n");

        async Task AssertShown()
        {
            var shown = (await home.Run("logs", "web", "--lines", "3002", "--raw", "--stream", "stdout")).Ok().Lines;
            // After the beginning of a line whose end was not rotated, and is gone.
            Assert.EndsWith("afresh", shown[0]);
            Assert.Equal([.. Enumerable.Range(1, 3000).Select(n => $"{n}"), "again"], shown[1..]);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_first_line_of_a_log_is_whole_after_a_rotation(bool compresses)
    {
        await using var home = new SentinelHome();
        await home.Start(new Call(["run", "--name", "web", .. compresses ? (string[])["--log-compress"] : [], "--", "sleep", "1000"]));
        File.AppendAllText(home.Stdout("web"), string.Concat(Enumerable.Range(0, 1000).Select(n => $"line {n:d6}\n")));
        (await home.Run("logs", "rotate", "web")).Ok();
        Assert.DoesNotContain("line 000682\n", File.ReadAllText(home.Stdout("web")));

        var shown = (await home.Run("logs", "web", "--stream", "stdout", "--raw", "--grep", "0")).Ok().Lines;

        Assert.Equal(Enumerable.Range(682, 318).Select(n => $"line {n:d6}"), shown);
    }

    private static async Task WithLog(string text, Func<SentinelHome, Task> test)
    {
        await using var home = new SentinelHome();
        await Wrote(home, "web", text);
        await test(home);
    }

    /// <summary>Runs a process whose stdout has a text.</summary>
    private static async Task Wrote(SentinelHome home, string name, string text)
    {
        await home.Start(name, "sleep", "1000");
        await File.AppendAllTextAsync(home.Stdout(name), text, new UTF8Encoding(false), TestContext.Current.CancellationToken);
    }

    private static async Task<List<(string Process, string Stream, string Text)>> Objects(SentinelHome home, params string[] options) =>
    [
        .. (await home.Run(["logs", "--json", .. options])).Ok().Lines.Select(line => JsonDocument.Parse(line).RootElement)
            .Select(line => (line.GetProperty("process").GetString()!, line.GetProperty("stream").GetString()!, line.GetProperty("text").GetString()!)),
    ];
}
