namespace Sentinel.EndToEnd;

public class InstallTests
{
    // Each file, and where in the checkout it is from.
    private static readonly (string File, string From)[] Files =
    [
        ("bin/sentinel", "artifacts/sentinel/sentinel"),
        ("lib/sentinel/sentinel-serve", "artifacts/sentinel/sentinel-serve"),
        ("share/bash-completion/completions/sentinel", "completions/sentinel.bash"),
        ("share/fish/vendor_completions.d/sentinel.fish", "completions/sentinel.fish"),
        .. FilesIn(ManPages).Select(page => ($"share/man/man1/{page}", $"docs/man/{page}")),
        ("share/zsh/site-functions/_sentinel", "completions/_sentinel"),
    ];

    private static readonly string[] Installed = [.. Files.Select(file => file.File)];

    private static string ManPages => Path.Combine(Path.GetDirectoryName(SentinelHome.Binary)!, "..", "..", "docs", "man");

    [Fact]
    public async Task It_installs_the_binary_completions_and_manual_and_uninstalls_just_these()
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home, "the check'out");
        var prefix = Path.Combine(home.Root, "a prefix '日本'");
        string[] others = ["bin/other", "share/man/man1/sentinel-other.1", "share/zsh/site-functions/_other"];
        foreach (var other in others)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(prefix, other))!);
            File.WriteAllText(Path.Combine(prefix, other), "");
        }

        var install = (await checkout.Install("--prefix", prefix)).Ok();

        Assert.Equal([.. Installed.Concat(others).Order(StringComparer.Ordinal)], FilesIn(prefix));
        Assert.Contains($"Installed 1.2.3 as {prefix}/bin/sentinel\n", install.Stdout);
        Assert.Contains("is not in PATH yet", install.Stdout);
        foreach (var (file, from) in Files)
        {
            Assert.Equal(File.ReadAllText(checkout.PathOf(from)), File.ReadAllText(Path.Combine(prefix, file)));
            Assert.Equal(from.StartsWith("artifacts/", StringComparison.Ordinal) ? "rwxr-xr-x" : "rw-r--r--", Mode(Path.Combine(prefix, file)));
        }

        Assert.Contains("share/man/man1/sentinel-port-free.1", Installed);

        (await checkout.Install("--prefix", prefix, "--uninstall")).Ok();

        Assert.Equal(others, FilesIn(prefix));
    }

    [Fact]
    public async Task What_is_built_for_the_runtime_is_installed_with_all_that_it_needs_until_a_native_one_replaces_it()
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);
        var prefix = Path.Combine(home.Root, "prefix");
        checkout.Remove("gcc");

        (await checkout.Install("--prefix", prefix)).Ok();
        Assert.Contains("lib/sentinel/sentinel.dll", FilesIn(prefix));
        Assert.Equal("[list]\n", (await home.Run(checkout.Call(Path.Combine(prefix, "bin/sentinel"), "list"))).Ok().Stdout);

        checkout.AddCompiler();
        (await checkout.Install("--prefix", prefix)).Ok();
        Assert.Equal(Installed, FilesIn(prefix));
        Assert.Null(new FileInfo(Path.Combine(prefix, "bin/sentinel")).LinkTarget);

        checkout.Remove("gcc");
        File.AppendAllText(checkout.PathOf("src/Sentinel/Program.cs"), "\n");
        (await checkout.Install("--prefix", prefix)).Ok();
        Assert.Contains("lib/sentinel/sentinel.dll", FilesIn(prefix));
        (await checkout.Install("--prefix", prefix, "--uninstall")).Ok();
        Assert.Empty(FilesIn(prefix));
    }

    [Fact]
    public async Task For_a_packager_everything_goes_below_DESTDIR()
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);
        var package = Path.Combine(home.Root, "the package");
        var install = checkout.Call(checkout.PathOf("install.sh"));
        install = install with { Environment = new Dictionary<string, string?>(install.Environment) { ["DESTDIR"] = package } };
        var prefix = Environment.IsPrivilegedProcess ? "/usr/local" : $"{home.Root}/.local";

        (await home.Run(install)).Ok();
        Assert.Equal(Installed, FilesIn(package + prefix));

        (await home.Run(install with { Arguments = ["--prefix=/opt/sentinel"] })).Ok();
        Assert.Equal(Installed, FilesIn($"{package}/opt/sentinel"));

        (await home.Run(install with { Arguments = ["--uninstall", "--prefix", "/opt/sentinel"] })).Ok();
        Assert.Equal(Installed, FilesIn(package + prefix));
        Assert.Empty(FilesIn($"{package}/opt"));
    }

    [Theory]
    [InlineData("--prefix", "below/pre fix")]
    [InlineData("--prefix=below/pre fix")]
    public async Task A_relative_prefix_is_one_from_where_it_is_called(params string[] arguments)
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);

        (await checkout.Install(arguments)).Ok();

        Assert.Equal(Installed, FilesIn(Path.Combine(home.Work, "below/pre fix")));
    }

    [Theory]
    [InlineData("--prefix", "here", "--frobnicate")]
    [InlineData("--prefix", "here", "there")]
    [InlineData("--prefix")]
    [InlineData("--prefix", "")]
    [InlineData("--prefix=")]
    public async Task What_is_not_understood_is_refused_and_nothing_is_done(params string[] arguments)
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);

        var refused = (await checkout.Install(arguments)).Fails(2);

        Assert.StartsWith("Error: ", refused.Stderr);
        Assert.Contains("Usage: ./install.sh", refused.Stderr);
        Assert.Empty(refused.Stdout);
        Assert.Empty(checkout.Builds);
        Assert.Empty(FilesIn(home.Work));
    }

    [Fact]
    public async Task What_cannot_be_built_is_not_installed()
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);
        checkout.LetBuildsFail();

        var failed = (await checkout.Install("--prefix", "here")).Fails(1);

        Assert.Contains("sentinel could not be built", failed.Stderr);
        Assert.Empty(FilesIn(home.Work));
    }

    [Fact]
    public async Task What_is_installed_runs_on_while_it_is_replaced()
    {
        await using var home = new SentinelHome();
        var checkout = new Checkout(home);
        (await checkout.Install("--prefix", "here")).Ok();
        using var running = File.OpenText(Path.Combine(home.Work, "here/bin/sentinel"));

        File.AppendAllText(checkout.Binary, "# another\n");
        (await checkout.Install("--prefix", "here")).Ok();

        Assert.DoesNotContain("# another", running.ReadToEnd());
        Assert.Contains("# another", File.ReadAllText(Path.Combine(home.Work, "here/bin/sentinel")));
    }

    private static string[] FilesIn(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal)];

    private static string Mode(string file) =>
        string.Concat(Enumerable.Range(0, 9).Select(bit => ((int)File.GetUnixFileMode(file) & (0x100 >> bit)) == 0 ? '-' : "rwx"[bit % 3]));
}
