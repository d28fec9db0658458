namespace Sentinel.EndToEnd;

public class SetUpTests
{
    private static readonly string[] Awkward = ["", " ", "a  b", "'", "\"", "$HOME", "`id`", "*", "\\", "日本 🎈", "two\nlines", "-x", "--"];

    [Fact]
    public async Task The_first_use_builds_and_passes_every_argument_on_as_it_is()
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);

        var first = (await checkout.Run(Awkward)).Ok();

        Assert.Equal(string.Concat(Awkward.Select(word => $"[{word}]\n")), first.Stdout);
        Assert.Contains("Building sentinel: first use", first.Stderr);
        Assert.Matches("  [0-9]+ s: compiled Sentinel.Model\n", first.Stderr);
        Assert.DoesNotContain("this is the log", first.Stderr);
        Assert.Contains("-p:PublishAot=true", Assert.Single(checkout.Builds));
    }

    [Fact]
    public async Task The_next_use_builds_nothing_and_adds_nothing()
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);
        await checkout.Run();

        var next = (await checkout.Run(Awkward)).Ok();

        Assert.Equal(string.Concat(Awkward.Select(word => $"[{word}]\n")), next.Stdout);
        Assert.Empty(next.Stderr);
        Assert.Single(checkout.Builds);
    }

    [Theory]
    [InlineData("changed", "src/Sentinel/Commands/Run.cs")]
    [InlineData("changed", "build/publish.sh")]
    [InlineData("changed", "Directory.Build.props")]
    [InlineData("changed", "Directory.Packages.props")]
    [InlineData("changed", "global.json")]
    [InlineData("added", "src/Sentinel/Commands/Stop.cs")]
    [InlineData("deleted", "src/Sentinel/Commands/Run.cs")]
    public async Task When_a_source_was_changed_added_or_deleted_it_is_built_again(string what, string source)
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);
        await checkout.Run();

        if (what == "deleted")
            File.Delete(checkout.PathOf(source));
        else
            File.AppendAllText(checkout.PathOf(source), "\n");
        var next = (await checkout.Run("list")).Ok();

        Assert.Contains("its sources changed", next.Stderr);
        Assert.Equal("[list]\n", next.Stdout);
        Assert.Equal(2, checkout.Builds.Length);
        Assert.Empty((await checkout.Run()).Ok().Stderr);
    }

    [Fact]
    public async Task What_is_changed_while_it_is_built_is_built_again()
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);
        checkout.HoldBuilds();
        using var first = checkout.Begin();
        await Building(checkout);

        File.AppendAllText(checkout.PathOf("src/Sentinel/Program.cs"), "\n");
        checkout.ReleaseBuilds();
        (await first.End()).Ok();
        (await checkout.Run()).Ok();

        Assert.Equal(2, checkout.Builds.Length);
    }

    [Fact]
    public async Task A_build_that_fails_shows_why_keeps_what_there_was_and_is_tried_again()
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);
        await checkout.Run();
        File.AppendAllText(checkout.PathOf("src/Sentinel/Program.cs"), "\n");
        checkout.LetBuildsFail();

        foreach (var builds in (int[])[2, 3])
        {
            var failed = (await checkout.Run("list")).Fails(1);
            Assert.Contains("this is the log\nError: sentinel could not be built", failed.Stderr);
            Assert.Empty(failed.Stdout);
            Assert.Equal(builds, checkout.Builds.Length);
        }

        Assert.Equal("[list]\n", (await home.Run(checkout.Call(checkout.Binary, "list"))).Ok().Stdout);
        checkout.LetBuildsSucceed();
        Assert.Equal("[list]\n", (await checkout.Run("list")).Ok().Stdout);
        Assert.Equal(4, checkout.Builds.Length);
    }

    [Fact]
    public async Task Without_a_C_compiler_it_says_what_to_install_and_builds_for_the_runtime()
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);
        checkout.Remove("gcc");

        var first = (await checkout.Run("list")).Ok();

        Assert.Contains("apt install build-essential", first.Stderr);
        Assert.Equal("[list]\n", first.Stdout);
        Assert.Contains("-p:PublishAot=false", Assert.Single(checkout.Builds));
        Assert.Empty((await checkout.Run()).Ok().Stderr);
        Assert.Single(checkout.Builds);
    }

    [Fact]
    public async Task Once_there_is_a_C_compiler_it_is_built_natively()
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);
        checkout.Remove("gcc");
        await checkout.Run();
        Assert.True(File.Exists(checkout.Binary + ".dll"));

        checkout.AddCompiler();
        var next = (await checkout.Run("list")).Ok();

        Assert.DoesNotContain("Warning", next.Stderr);
        Assert.Contains("-p:PublishAot=true", checkout.Builds[^1]);
        Assert.False(File.Exists(checkout.Binary + ".dll"));
        checkout.Remove("gcc");
        Assert.Empty((await checkout.Run()).Ok().Stderr);
    }

    [Fact]
    public async Task A_compiler_that_cannot_link_is_none_and_not_tried_at_every_use()
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);
        checkout.AddCompiler(links: false);

        Assert.Contains("Warning", (await checkout.Run()).Ok().Stderr);
        Assert.Empty((await checkout.Run()).Ok().Stderr);

        Assert.Contains("-p:PublishAot=false", Assert.Single(checkout.Builds));
    }

    [Fact]
    public async Task Of_two_at_once_one_builds_and_the_other_waits_and_says_so()
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);
        checkout.HoldBuilds();
        using var first = checkout.Begin("first");
        await Building(checkout);
        using var second = checkout.Begin("second");
        await second.Prints("Waiting for sentinel to be built");

        checkout.ReleaseBuilds();

        Assert.Equal("[first]\n", (await first.End()).Ok().Stdout);
        Assert.Equal("[second]\n", (await second.End()).Ok().Stdout);
        Assert.Single(checkout.Builds);
    }

    [Fact]
    public async Task The_build_of_a_launcher_that_was_killed_is_waited_for_like_any_other()
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);
        checkout.HoldBuilds();
        using var killed = checkout.Begin();
        await Building(checkout);
        killed.Signal(Signals.Kill);
        await Wait.Until(() => killed.HasEnded, "it is killed");
        using var next = checkout.Begin("list");
        await next.Prints("Waiting for sentinel to be built");

        checkout.ReleaseBuilds();

        Assert.Equal("[list]\n", (await next.End()).Ok().Stdout);
        Assert.Single(checkout.Builds);
    }

    [Fact]
    public async Task Without_dotnet_it_says_where_to_get_it()
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);
        checkout.Remove("dotnet");

        var failed = (await checkout.Run("list")).Fails(1);

        Assert.Contains("Error: there is no 'dotnet' in PATH", failed.Stderr);
        Assert.Contains("https://dotnet.microsoft.com/download", failed.Stderr);
        Assert.Empty(failed.Stdout);
    }

    [Fact]
    public async Task Ctrl_C_ends_the_build_and_leaves_nothing_half_built()
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);
        checkout.HoldBuilds();
        // A process group, as a terminal's foreground job is.
        using var interrupted = home.Begin(checkout.Call(checkout.Launcher) with { Through = ["setsid"] });
        await Building(checkout);

        Signals.Send(-interrupted.Pid, Signals.Interrupt);

        (await interrupted.End()).Fails(130);
        await Wait.Until(() => !Directory.Exists(checkout.PathOf("artifacts/new")), "what was half built is gone");
        Assert.False(File.Exists(checkout.Binary));
        checkout.ReleaseBuilds();
        Assert.Equal("[list]\n", (await checkout.Run("list")).Ok().Stdout);
        Assert.Equal(2, checkout.Builds.Length);
    }

    [Fact]
    public async Task Where_nothing_can_be_written_it_says_so()
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);
        Directory.CreateDirectory(checkout.PathOf("artifacts/lock"));

        var failed = (await checkout.Run("list")).Fails(1);

        Assert.Contains($"nothing can be written to {checkout.Folder}/artifacts", failed.Stderr);
        Assert.Empty(checkout.Builds);
    }

    [Theory]
    [InlineData("./sentinel", "$CHECKOUT")]
    [InlineData("sh sentinel", "$CHECKOUT")]
    [InlineData("../sentinel", "$CHECKOUT/src")]
    [InlineData("\"$CHECKOUT/sentinel\"", "/")]
    [InlineData("./link", "$HOME")]
    [InlineData("./link-to-link", "$HOME")]
    [InlineData("./link-to-folder/sentinel", "$HOME")]
    [InlineData("PATH=$HOME/on-path:$PATH; sentinel", "/")]
    [InlineData("export CDPATH=$HOME/elsewhere; src/../sentinel", "$CHECKOUT")]
    public async Task It_is_found_by_whatever_way_it_is_called(string call, string folder)
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home, "the check'out \"日本\" $x");
        Directory.CreateDirectory(Path.Combine(home.Root, "on-path"));
        Directory.CreateDirectory(Path.Combine(home.Root, "elsewhere/src"));
        Link("link", checkout.Launcher);
        Link("link-to-link", "link");
        Link("link-to-folder", checkout.Folder);
        Link("on-path/sentinel", Path.Combine("..", Path.GetFileName(checkout.Folder), "sentinel"));
        var line = checkout.Call("sh", "-c", $"cd \"{folder}\" && {{ {call} 'an argument'; }}");

        var outcome = await home.Run(line with { Environment = new Dictionary<string, string?>(line.Environment) { ["CHECKOUT"] = checkout.Folder } });

        Assert.Equal("[an argument]\n", outcome.Ok().Stdout);
        Assert.True(File.Exists(checkout.Binary));

        void Link(string name, string to) => File.CreateSymbolicLink(Path.Combine(home.Root, name), to);
    }

    [Fact]
    public async Task The_launcher_becomes_the_program_and_stands_between_it_and_nobody()
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);

        foreach (var _ in (string[])["which builds", "which does not"])
        {
            using var launched = checkout.Begin("pid");
            Assert.Equal($"{launched.Pid}\n", (await launched.End()).Ok().Stdout);
            (await checkout.Run("exit", "42")).Fails(42);
        }
    }

    private static Task Building(Checkout checkout) => Wait.Until(() => checkout.Builds.Length == 1, "it is being built");
}
