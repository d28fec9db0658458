namespace Sentinel.EndToEnd;

/// <summary>Words, bytes and folders are the caller's, as they typed and see them.</summary>
public class CallerTests
{
    [Fact]
    public async Task After_two_dashes_nothing_is_split()
    {
        await using var home = new SentinelHome();
        Directory.CreateDirectory(Path.Combine(home.Work, "sp ace"));
        File.Copy("/bin/sleep", Path.Combine(home.Work, "sp ace", "my app"));
        (await home.Run("run", "--name", "web", "--", "./sp ace/my app", "1000")).Ok();
        // One word, which ends at once for want of an argument.
        (await home.Run("run", "--name", "one", "--", "./sp ace/my app")).Ok();
        Assert.Contains("to run a command line, give it as the only argument", (await home.Run("run", "--", "sleep 1000")).Fails(1).Stderr.ReplaceLineEndings(" ").Replace("  ", " "));
    }

    [Fact]
    public async Task Two_dashes_within_a_command_are_the_commands()
    {
        await using var home = new SentinelHome();
        (await home.Run("run", "--name", "web", "sh", "-c", "echo $#: $*; exec sleep 1000", "dev", "--", "--port", "3000")).Ok();
        await home.Says("web", "3: -- --port 3000");
    }

    [Fact]
    public async Task What_run_takes_for_itself_after_a_command_of_several_words_it_tells()
    {
        await using var home = new SentinelHome();
        var run = (await home.Run("run", "sleep", "1000", "--name", "web")).Ok();
        Assert.Contains("--name web", run.Stderr);
        Assert.DoesNotContain("Note", (await home.Run("run", "sleep 1000", "--name", "other")).Ok().Stderr);
        Assert.Equal("sleep 1000", (await home.Show("web")).Command);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bytes_that_are_no_text_arrive_as_they_are(bool withDaemon)
    {
        await using var home = await SentinelHome.Create(withDaemon);
        (await home.Run(Call.Line(
            """
            b=$(printf '\351\377') && mkdir "d$b" && cd "d$b" && printf '#!/bin/sh\npwd; printf "%%s\\n" "$1" "$V"; exec sleep 1000\n' > "p$b" && chmod +x "p$b" &&
            "$1" run --name web --env "V=v$b" -- "./p$b" "a$b"
            """))).Ok();
        await Wait.Until(() => File.Exists(home.Stdout("web")) && File.ReadAllBytes(home.Stdout("web")).Count(b => b == '\n') == 3, "it has told all");
        (await home.Run("restart", "web")).Ok();
        await Wait.Until(() => File.ReadAllBytes(home.Stdout("web")).Count(b => b == '\n') == 6, "it has told all again");
        var told = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(home.Stdout("web"))).Split('\n');
        Assert.EndsWith("/d\u00e9\u00ff", told[0]);
        Assert.Equal(["a\u00e9\u00ff", "v\u00e9\u00ff"], told[1..3]);
        Assert.Equal(told[..3], told[3..6]);
        Assert.Contains(@"d\xe9\xff", (await home.Run("status", "web")).Ok().Stdout);
        // The runtime could not delete such a folder.
        (await home.Run("stop", "web")).Ok();
        (await home.Run(Call.Line("rm -r d*"))).Ok();
    }

    [Fact]
    public async Task A_home_that_is_no_text_is_refused()
    {
        await using var home = new SentinelHome();
        Assert.Contains("is not UTF-8", (await home.Run(Call.Line("SENTINEL_HOME=/tmp/h$(printf '\\351') \"$1\" list"))).Fails(1).Stderr);
    }

    [Fact]
    public async Task A_folder_is_the_one_that_the_user_sees()
    {
        await using var home = new SentinelHome();
        (await home.Run(Call.Line(
            """
            mkdir -p releases/1 releases/2 && echo 'echo one; exec sleep 1000' > releases/1/app.sh && echo 'echo two; exec sleep 1000' > releases/2/app.sh
            chmod +x releases/*/app.sh; ln -s releases/1 current; cd current && "$1" run --name web -- ./app.sh
            """))).Ok();
        await home.Says("web", "one");
        Assert.Equal(Path.Combine(home.Work, "current"), (await home.Show("web")).WorkingDirectory);
        (await home.Run(Call.Line("ln -sfn releases/2 current; rm -r releases/1"))).Ok();
        (await home.Run("restart", "web")).Ok();
        await home.Says("web", "two");

        Directory.CreateDirectory(Path.Combine(home.Work, "elsewhere"));
        File.Copy(Path.Combine(home.Work, "current", "app.sh"), Path.Combine(home.Work, "elsewhere", "app.sh"));
        (await home.Run("set", "web", "--cwd", "elsewhere")).Ok();
        (await home.Run("restart", "web")).Ok();
        Assert.Equal(Path.Combine(home.Work, "elsewhere"), (await home.Show("web")).WorkingDirectory);
        Assert.Contains("there is no folder", (await home.Run("set", "web", "--cwd", "nowhere")).Fails(1).Stderr);
    }

    [Fact]
    public async Task A_folder_that_was_deleted_is_told_as_such()
    {
        await using var home = new SentinelHome();
        Assert.Contains("the folder you are in was deleted", (await home.Run(Call.Line("mkdir g; cd g; rmdir ../g; \"$1\" run -- sleep 1000"))).Fails(1).Stderr);
        (await home.Run(Call.Line("mkdir g; cd g; rmdir ../g; \"$1\" run --cwd /tmp --name web -- sleep 1000"))).Ok();
    }

    [Fact]
    public async Task A_dollar_in_an_environment_file_is_a_character_like_any_other()
    {
        await using var home = new SentinelHome();
        home.EnvFile("p.env", "DB_PASS=pa$$w0rd", "DB2=ab$cd", "DB3=\"x$HOME\"", "DB4=${DB2}!");
        await home.Start(new Call("run", "--name", "web", "--env-file", "p.env", "--", "sh", "-c", "printenv DB_PASS DB2 DB3 DB4; exec sleep 1000"));
        await home.Says("web", "ab$cd!");
        Assert.Equal(["pa$$w0rd", "ab$cd", "x$HOME", "ab$cd!"], File.ReadAllLines(home.Stdout("web")));
    }

    [Fact]
    public async Task A_run_that_failed_uses_up_no_number()
    {
        await using var home = new SentinelHome();
        File.WriteAllBytes(Path.Combine(home.Work, "odd"), [0x7f, (byte)'E', (byte)'L', (byte)'F', 1, 1, .. new byte[12], 8, 0, .. new byte[100]]);
        (await home.Run(Call.Line("chmod +x odd"))).Ok();
        Assert.Contains("another machine (MIPS)", (await home.Run("run", "./odd")).Fails(1).Stderr);
        Assert.Equal(1, (await home.Sleeper("web")).Id);
    }
}
