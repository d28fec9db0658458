namespace Sentinel.EndToEnd;

/// <summary>
/// A copy of the launcher and what belongs to it, in a folder of its own. The shell and its tools are real; the `dotnet` on
/// the PATH notes that it is called and "builds" a script that says what it was called with.
/// </summary>
internal sealed class Checkout
{
    /// <summary>All that the scripts may rely on: there is neither a compiler nor a second `dotnet` on the PATH.</summary>
    private static readonly string[] Tools =
        ["cat", "chmod", "cp", "date", "dirname", "find", "flock", "id", "ln", "mkdir", "mv", "readlink", "rm", "sh", "sleep", "touch"];

    private const string Dotnet = """
        #!/bin/sh
        here=${0%/*}
        echo "$*" >>"$here/builds"
        for word; do
            [ "${previous-}" != --output ] || to=$word
            previous=$word
        done
        while [ -e "$here/hold" ]; do sleep 0.01; done
        echo "  Sentinel.Model -> $to/Sentinel.Model.dll"
        echo "this is the log"
        [ ! -e "$here/fail" ] || exit 1
        case $* in *Sentinel.Serve*) name=sentinel-serve ;; *) name=sentinel ;; esac
        cp "$here/built" "$to/$name"
        case $* in *PublishAot=false*) touch "$to/$name.dll" ;; esac

        """;

    private const string Built = """
        #!/bin/sh
        case ${1-} in
            --version) echo 1.2.3; exit ;;
            pid) echo $$; exit ;;
            exit) exit "$2" ;;
        esac
        for word; do printf '[%s]\n' "$word"; done

        """;

    private readonly SentinelHome _home;
    private readonly string _bin;

    public Checkout(SentinelHome home, string name = "checkout")
    {
        _home = home;
        Folder = Path.Combine(home.Root, name);
        _bin = Directory.CreateDirectory(Path.Combine(home.Root, "bin")).FullName;
        foreach (var tool in Tools)
            File.CreateSymbolicLink(Path.Combine(_bin, tool), Needs.Program(tool));
        Scripts.Write(Path.Combine(_bin, "dotnet"), Dotnet);
        Scripts.Write(Path.Combine(_bin, "built"), Built);
        AddCompiler();
        var original = Path.Combine(Path.GetDirectoryName(SentinelHome.Binary)!, "..", "..");
        foreach (var file in (string[])["sentinel", "install.sh", .. FilesIn("build"), .. FilesIn("completions"), .. FilesIn("docs/man")])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
            var from = Path.Combine(original, file);
            if ((File.GetUnixFileMode(from) & UnixFileMode.UserExecute) != 0)
                Scripts.Write(PathOf(file), File.ReadAllText(from));
            else
                File.Copy(from, PathOf(file));
        }

        foreach (var file in (string[])["src/Sentinel/Sentinel.csproj", "src/Sentinel/Program.cs", "src/Sentinel/Commands/Run.cs", "src/Sentinel.Serve/Sentinel.Serve.csproj", "docs/sentinel.schema.json",
            "Directory.Build.props", "Directory.Packages.props", "global.json"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
            File.WriteAllText(PathOf(file), "");
        }

        IEnumerable<string> FilesIn(string folder) =>
            Directory.GetFiles(Path.Combine(original, folder)).Select(file => Path.Combine(folder, Path.GetFileName(file)));
    }

    public string Folder { get; }

    public string Launcher => PathOf("sentinel");

    public string Binary => PathOf("artifacts/sentinel/sentinel");

    /// <summary>The command lines of `dotnet`.</summary>
    public string[] Builds => File.Exists(Note("builds")) ? File.ReadAllLines(Note("builds")) : [];

    public string PathOf(string file) => Path.Combine(Folder, file);

    public Task<Outcome> Run(params string[] arguments) => _home.Run(Call(Launcher, arguments));

    public Command Begin(params string[] arguments) => _home.Begin(Call(Launcher, arguments));

    public Task<Outcome> Install(params string[] arguments) => _home.Run(Call(PathOf("install.sh"), arguments));

    public Call Call(string program, params string[] arguments) => new(arguments)
    {
        Program = program,
        Environment = new Dictionary<string, string?> { ["PATH"] = _bin },
    };

    public void AddCompiler(bool links = true) => Scripts.Write(Path.Combine(_bin, "gcc"), $"#!/bin/sh\nexit {(links ? 0 : 1)}\n");

    /// <summary>Takes a program away.</summary>
    public void Remove(string program) => File.Delete(Path.Combine(_bin, program));

    /// <summary>Builds go on no further than this, until they are released.</summary>
    public void HoldBuilds() => File.WriteAllText(Note("hold"), "");

    public void ReleaseBuilds() => File.Delete(Note("hold"));

    public void LetBuildsFail() => File.WriteAllText(Note("fail"), "");

    public void LetBuildsSucceed() => File.Delete(Note("fail"));

    private string Note(string name) => Path.Combine(_bin, name);
}
