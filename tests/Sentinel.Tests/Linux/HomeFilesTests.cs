using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Sentinel.Core.Host;
using Sentinel.Core.Logs;
using Sentinel.Linux.Files;
using Sentinel.Linux.Native;
using Sentinel.Model.Specs;
using Sentinel.Tests.Store;

namespace Sentinel.Tests.Linux;

public sealed class HomeFilesTests : IDisposable
{
    private const string Precious = "precious";

    private static readonly UnixFileMode Open = (UnixFileMode)0b110_100_100;
    private static readonly HomeFiles Files = new();

    private static readonly Dictionary<string, Func<string, SafeFileHandle?>> Ways = new()
    {
        ["read"] = path => Files.OpenToRead(path),
        ["read, with two names"] = path => Files.OpenToRead(path, mayHaveTwoNames: true),
        ["change"] = Files.OpenToChange,
        ["make"] = Files.OpenOrMake,
        ["log"] = HomeFiles.OpenLog,
    };

    public static TheoryData<string> AllWays => [.. Ways.Keys];

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _elsewhere = new();

    public void Dispose()
    {
        _folder.Dispose();
        _elsewhere.Dispose();
    }

    [Theory]
    [MemberData(nameof(AllWays))]
    public void Nothing_is_opened_through_a_link(string way)
    {
        var victim = Victim();
        File.CreateSymbolicLink(_folder["file"], victim);
        File.CreateSymbolicLink(_folder["dangling"], _elsewhere["new"]);

        Refuses(way, "file", "is a link");
        Refuses(way, "dangling", "is a link");

        AssertUntouched(victim);
        Assert.False(File.Exists(_elsewhere["new"]));
        Assert.Null(Files.LengthOf(_folder["file"]));
    }

    [Theory]
    [MemberData(nameof(AllWays))]
    public void What_is_no_regular_file_is_refused_without_waiting(string way)
    {
        Run("mkfifo", _folder["pipe"]);
        Directory.CreateDirectory(_folder["folder"]);

        Refuses(way, "pipe", "not a regular file");
        Assert.ThrowsAny<Exception>(() => Ways[way](_folder["folder"]));
        Assert.Null(Files.LengthOf(_folder["pipe"]));
    }

    [Theory]
    [MemberData(nameof(AllWays))]
    public void A_file_with_another_name_is_refused_but_the_state(string way)
    {
        var victim = Victim();
        Run("ln", victim, _folder["file"]);

        if (way == "read, with two names")
            Ways[way](_folder["file"])!.Dispose();
        else
            Refuses(way, "file", "has another name");

        AssertUntouched(victim);
    }

    [Theory]
    [MemberData(nameof(AllWays))]
    public void Another_users_file_is_refused(string way)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        File.WriteAllText(_folder["file"], Precious);
        Run("chown", "65534:65534", _folder["file"]);

        Refuses(way, "file", "belongs to another user (uid 65534");
        Assert.Equal(Precious, File.ReadAllText(_folder["file"]));
    }

    [Theory]
    [MemberData(nameof(AllWays))]
    public void In_another_users_folder_nothing_is_opened(string way)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        File.WriteAllText(_folder["file"], Precious);
        Run("chown", "65534:65534", _folder.Path);

        Refuses(way, "file", "belongs to another user (uid 65534");
        Refuses(way, "new", "belongs to another user (uid 65534");
        Assert.Equal(["file"], _folder.Files);
    }

    [Fact]
    public void Where_others_may_write_nothing_is_written()
    {
        File.WriteAllText(_folder["file"], Precious);
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_010_000);

        foreach (var way in (string[])["change", "make", "log"])
            Refuses(way, "file", "others may write to");
        Assert.Throws<UnauthorizedAccessException>(() => Files.MakeAnew(_folder["new"]));
        Assert.Equal(Precious, Text(Files.ReadAll(_folder["file"])));
    }

    [Fact]
    public void A_new_file_takes_the_place_of_a_link_and_is_its_owners_alone()
    {
        var victim = Victim();
        File.CreateSymbolicLink(_folder["file"], victim);

        using (var made = Files.MakeAnew(_folder["file"]))
            RandomAccess.Write(made, "new"u8, 0);

        Assert.Equal("new", File.ReadAllText(_folder["file"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["file"]));
        AssertUntouched(victim);
    }

    [Fact]
    public void What_is_not_there_is_not_made_by_reading()
    {
        Assert.Null(Files.OpenToRead(_folder["no"]));
        Assert.Null(Files.OpenToChange(_folder["no"]));
        Assert.Null(Files.OpenToRead(_folder["no/file"]));
        Assert.Null(Files.ReadAll(_folder["no"]));
        Assert.ThrowsAny<IOException>(() => Files.OpenOrMake(_folder["no/file"]));
        Assert.Empty(_folder.Files);
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/dev/full")]
    public void A_log_that_is_linked_to_nowhere_is_not_kept(string device)
    {
        File.CreateSymbolicLink(_folder["log"], device);

        Assert.Null(HomeFiles.WhyNoLog(_folder["log"]));
        using (var log = HomeFiles.OpenLog(_folder["log"]))
            Assert.True(HomeFiles.KeepsNothing(log, _folder["log"]));

        Assert.Null(Files.OpenToRead(_folder["log"]));
        using var history = new LogHistory(_folder["log"], new LogFiles());
        Assert.Equal(0, history.End);
        var rotation = new LogRotation(new LogFiles());
        Assert.False(rotation.Rotate(_folder["log"], LogLimits.Default));
        rotation.Clear(_folder["log"]);
        Assert.Equal(device, new FileInfo(_folder["log"]).LinkTarget);
    }

    [Fact]
    public void The_owners_own_link_to_their_folder_is_followed()
    {
        File.CreateSymbolicLink(_elsewhere["home"], _folder.Path);

        Assert.Null(HomeFiles.WhyNotHome(_elsewhere["home"], isToWrite: true));
        Files.OpenOrMake(_elsewhere["home/file"]).Dispose();

        Assert.Equal(["file"], _folder.Files);
    }

    [Fact]
    public void A_link_that_another_user_made_is_no_home()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        File.CreateSymbolicLink(_elsewhere["home"], _folder.Path);
        Run("chown", "-h", "65534:65534", _elsewhere["home"]);

        Assert.Contains("is a link that belongs to another user", HomeFiles.WhyNotHome(_elsewhere["home"], isToWrite: false));
    }

    [Fact]
    public void Whoever_locks_a_log_by_flock_is_in_nobodys_way()
    {
        var path = _folder["log"];
        File.WriteAllBytes(path, new byte[100_000]);
        using var writer = LibC.open(path, LibC.O_RDWR | LibC.O_CLOEXEC, 0);
        Assert.Equal(0, LibC.flock(writer, LibC.LOCK_EX));
        var rotation = new LogRotation(new LogFiles());

        Assert.True(rotation.Rotate(path, LogLimits.Default));
        using (var history = new LogHistory(path, new LogFiles()))
            Assert.Equal((0, 100_000), (history.Start, history.End));
        rotation.Clear(path);
        Assert.Equal(0, Files.LengthOf(path));
    }

    [Fact]
    public void Whoever_may_not_read_a_file_is_not_read_it_for()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var secret = _elsewhere["secret.env"];
        File.WriteAllText(secret, Precious);
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(_elsewhere.Path, (UnixFileMode)0b111_101_101);
        File.CreateSymbolicLink(_folder[".env"], secret);
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_101_101);
        var files = new RegularFiles();
        var app = new Account("app", 12345, 12345, [12345], "/", "/bin/sh") { IsAnother = true };

        foreach (var path in (string[])[secret, _folder[".env"]])
            Assert.Equal("app may not read it", Assert.Throws<UnauthorizedAccessException>(() => files.Read(path, 1000, app)).Message);
        File.SetUnixFileMode(secret, (UnixFileMode)0b110_100_000);
        Assert.Throws<UnauthorizedAccessException>(() => files.Read(secret, 1000, app));
        Assert.Equal(Precious, Text(files.Read(secret, 1000, app with { GroupId = 0 })));
        Assert.Equal(Precious, Text(files.Read(secret, 1000, app with { Groups = [0] })));
        Assert.Null(files.Read(_folder["no"], 1000, app));

        // And we are who we were.
        Assert.Equal(Precious, Text(files.Read(secret, 1000)));
        Assert.NotEmpty(File.ReadAllBytes("/proc/self/environ"));
        Assert.Equal(1, LibC.prctl(3, 0));
    }

    private string Victim()
    {
        var victim = _elsewhere["victim"];
        File.WriteAllText(victim, Precious);
        File.SetUnixFileMode(victim, Open);
        return victim;
    }

    private static void AssertUntouched(string victim)
    {
        Assert.Equal(Precious, File.ReadAllText(victim));
        Assert.Equal(Open, File.GetUnixFileMode(victim));
    }

    private void Refuses(string way, string name, string why)
    {
        Assert.Contains(why, Assert.Throws<UnauthorizedAccessException>(() => Ways[way](_folder[name])).Message);
        // Known before anything is ended for it.
        if (way == "log")
            Assert.Contains(why, HomeFiles.WhyNoLog(_folder[name]));
    }

    private static string? Text(byte[]? bytes) => bytes is null ? null : System.Text.Encoding.UTF8.GetString(bytes);

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
