using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Sentinel.EndToEnd;

/// <summary>A project as a container image.</summary>
public sealed class ImageTests : IAsyncDisposable
{
    private const string Program = """
        #include <stdio.h>
        #include <stdlib.h>
        #include <unistd.h>
        int main(int count, char **words)
        {
            char folder[4096];
            printf("%s in %s with PORT=%s LEVEL=%s\n", words[count - 1], getcwd(folder, sizeof folder), getenv("PORT"), getenv("LEVEL"));
            return 7;
        }
        """;

    private const string Project = """
        name = "shop"
        [process.web]
        run = ["bin/web", "two words"]
        port = 8080
        env = { LEVEL = "high" }

        """;

    private readonly SentinelHome _home = new();

    public ImageTests() => Write("sentinel.toml", Project);

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    [Fact]
    public async Task The_image_of_a_static_program_runs_from_its_files_alone()
    {
        Needs.Root();
        Compile("bin/web");

        var made = (await _home.Run("image", "--tag", "shop/web:1")).Ok();
        var image = new Unpacked(Image("shop-web-1.tar"), Path.Combine(_home.Root, "unpacked"));

        Assert.Matches($@"\AWrote {Regex.Escape(Image("shop-web-1.tar"))} \([0-9.]+KB\)\nImage: shop/web:1, linux/(amd64|arm64), sha256:[0-9a-f]{{64}}\nLayer: sha256:[0-9a-f]{{64}}, [0-9.]+KB, 2 files below /app\nLoad it with: docker load --input \S+\n\z", made.Stdout);
        Assert.Equal("", made.Stderr);
        Assert.Equal("shop/web:1", image.Name);
        var ran = await _home.Run(new Call(["-c", "cd \"$0$1\" && shift && exec chroot . /app/\"$@\"", image.Folder, "/", .. image.EntryPoint]) { Program = "sh", Environment = image.Environment });
        Assert.Equal((7, "two words in / with PORT=8080 LEVEL=high\n"), (ran.ExitCode, ran.Stdout));
        Assert.Equal("/app", image.WorkingDirectory);
        Assert.False(Directory.Exists(_home.Folder));
    }

    [Fact]
    public async Task Podman_loads_it_and_runs_it()
    {
        Needs.Root();
        Needs.Program("podman");
        Compile("bin/web");
        Write("containers.conf", """
            [containers]
            default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
            [engine]
            runtime = "runc"
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            """);
        string[] podman = ["podman", "--root", Path.Combine(_home.Root, "store"), "--runroot", Path.Combine(_home.Root, "run"), "--storage-driver", "vfs"];
        (await _home.Run("image", "--tag", "shop/web:1")).Ok();

        var loaded = await Podman("load", "--input", "shop-web-1.tar");
        Assert.SkipWhen(loaded.ExitCode != 0 && !loaded.Stderr.Contains("archive"), $"needs a podman that works here: {loaded.Stderr}");
        var image = loaded.Ok().Stdout.Trim().Split(' ')[^1];
        var ran = await Podman("run", "--rm", "--network", "none", "--pull", "never", image);
        Assert.SkipWhen(ran.ExitCode is 125 or 126, $"needs the right to run containers: {ran.Stderr}");

        Assert.Equal((7, "two words in /app with PORT=8080 LEVEL=high\n"), (ran.ExitCode, ran.Stdout));

        Task<Outcome> Podman(params string[] arguments) => _home.Run(new Call([.. podman[1..], .. arguments])
        {
            Program = "podman",
            Environment = new Dictionary<string, string?> { ["CONTAINERS_CONF"] = Path.Combine(_home.Work, "containers.conf") },
        });
    }

    [Fact]
    public async Task The_same_files_are_the_same_image_and_a_later_one_takes_its_place()
    {
        Write("bin/web", "x");
        (await _home.Run("image", "--tag", "shop:1")).Ok();
        var first = File.ReadAllBytes(Image("shop-1.tar"));

        File.SetLastWriteTimeUtc(Path.Combine(_home.Work, "bin/web"), DateTime.UnixEpoch.AddYears(30));
        var again = (await _home.Run("image", "--tag", "shop:1")).Ok();

        Assert.Equal("shop-1.tar is an image itself, and no part of this one\n", again.Stderr);
        Assert.Equal(first, File.ReadAllBytes(Image("shop-1.tar")));
        Write("bin/web", "y");
        (await _home.Run("image", "--tag", "shop:1")).Ok();
        Assert.NotEqual(first, File.ReadAllBytes(Image("shop-1.tar")));
        Assert.Equal(["sentinel.toml", "shop-1.tar"], Directory.GetFiles(_home.Work).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task What_git_ignores_is_taken_only_if_it_is_included()
    {
        Needs.Program("git");
        Write("bin/web", "x");
        Write(".gitignore", "bin\n*.tar\n");
        (await _home.Run(new Call("init", "--quiet") { Program = "git" })).Ok();

        var without = (await _home.Run("image", "--tag", "shop:1")).Fails(3);
        Assert.Equal("sentinel.toml:3: web.run: /app/bin/web is not among the files of the image; if git ignores it here, --include takes it\n", without.Stderr);
        Assert.False(new Unpacked(Image("shop-1.tar"), Path.Combine(_home.Root, "without")).Has("app/bin/web"));

        (await _home.Run("image", "--tag", "shop:1", "--include", "bin")).Ok();
        Assert.True(new Unpacked(Image("shop-1.tar"), Path.Combine(_home.Root, "with")).Has("app/bin/web"));

        // A folder that git ignores as a whole is all there is, for who names it.
        (await _home.Run("image", "--tag", "shop:2", "--folder", "bin", "--to", "/srv/shop")).Fails(3);
        Assert.True(new Unpacked(Image("shop-2.tar"), Path.Combine(_home.Root, "folder")).Has("srv/shop/web"));
    }

    [Fact]
    public async Task No_secret_and_no_environment_file_is_in_it_unless_it_is_named()
    {
        Write("bin/web", "x");
        Write("sentinel.toml", Project + "env-file = \"web.env\"\nsecret = { KEY = \"file:key\", TOKEN = \"cmd:touch ran; cat key\" }\n");
        foreach (var file in (string[])[".env.real", "web.env", "key"])
            Write(file, "PASSWORD=hunter2\n");
        File.CreateSymbolicLink(Path.Combine(_home.Work, ".env"), ".env.real");

        var outcome = (await _home.Run("image", "--tag", "shop:1")).Fails(3);

        Assert.DoesNotContain("hunter2", File.ReadAllText(Image("shop-1.tar")) + outcome.Stdout + outcome.Stderr);
        Assert.False(File.Exists(Path.Combine(_home.Work, "ran")));
        Assert.Equal(
            $"""
            .env, .env.real, key, web.env may hold secrets, and are left out; --include takes what you name
            sentinel.toml:6: web.env-file: {_home.Work}/web.env stays outside of the image; give its variables where the container starts, as with --env-file
            sentinel.toml:7: web.secret: the value of KEY is in no image; set it where the container starts
            sentinel.toml:7: web.secret: the value of TOKEN is in no image; set it where the container starts

            """,
            outcome.Stderr);
        // Nor by another path to the same folder.
        File.CreateSymbolicLink(Path.Combine(_home.Root, "other"), _home.Work);
        (await _home.Run("image", "--tag", "shop:2", "--folder", "../other")).Fails(3);
        Assert.DoesNotContain("hunter2", File.ReadAllText(Image("shop-2.tar")));
        (await _home.Run("image", "--tag", "shop:1", "--include", "key")).Fails(3);
        Assert.True(new Unpacked(Image("shop-1.tar"), Path.Combine(_home.Root, "unpacked")).Has("app/key"));
    }

    [Fact]
    public async Task Links_that_lead_out_and_what_is_no_file_are_left_out()
    {
        Needs.Program("mkfifo");
        Write("bin/web", "x");
        File.CreateSymbolicLink(Path.Combine(_home.Work, "out"), "/etc/passwd");
        (await _home.Run(new Call("pipe") { Program = "mkfifo" })).Ok();

        var outcome = (await _home.Run("image", "--tag", "shop:1")).Fails(3);

        Assert.Equal(
            $"out leads out of {_home.Work} or is no file, and is left out\npipe leads out of {_home.Work} or is no file, and is left out\n", outcome.Stderr);
    }

    [Theory]
    [InlineData("", "Error: --tag names the image: 'sentinel image --tag shop/web:1'")]
    [InlineData("--tag Web", "Error: 'Web' cannot be the name of an image: it has small letters")]
    [InlineData("--tag web:-1", "Error: '-1' cannot be the tag of an image: it has up to 128")]
    [InlineData("--tag web db", "Error: there is no process 'db'")]
    [InlineData("--tag web --to app", "Error: --to takes a folder of the image, such as /app, and not 'app'")]
    [InlineData("--tag web --to /", "Error: --to takes a folder of the image, such as /app, and not '/'")]
    [InlineData("--tag web --folder none", "Error: there is no folder WORK/none\n")]
    [InlineData("--tag web --output none/x.tar", "Error: there is no folder WORK/none for the image\n")]
    [InlineData("--tag web --output .", "Error: WORK is a folder; --output names a file\n")]
    [InlineData("--tag web --include none", "Error: there is no WORK/none to include\n")]
    [InlineData("--tag web --include ..", "Error: --include takes what is in WORK, and ROOT is not\n")]
    [InlineData("--tag web --supervise", "Error: sentinel needs glibc, and scratch has nothing; --base names a file that has it\n")]
    public async Task What_cannot_be_meant_exits_with_2_and_nothing_is_written(string arguments, string said)
    {
        var outcome = await _home.Run(["image", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Stdout));
        Assert.StartsWith(said.Replace("WORK", _home.Work).Replace("ROOT", _home.Root), outcome.Stderr);
        Assert.Equal(["sentinel.toml"], Directory.GetFileSystemEntries(_home.Work).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Of_several_processes_one_is_named()
    {
        Write("sentinel.toml", Project + "[process.job]\nrun = \"job\"\n");

        var outcome = (await _home.Run("image", "--tag", "shop:1")).Fails(2);

        Assert.Equal("Error: an image runs one process; name it, or take all with --supervise: web, job\n", outcome.Stderr);
        (await _home.Run("image", "job", "--tag", "shop:1")).Ok();
        Assert.Equal(["job"], new Unpacked(Image("shop-1.tar"), Path.Combine(_home.Root, "unpacked")).EntryPoint);
    }

    [Fact]
    public async Task A_base_that_cannot_be_one_is_an_error_and_the_image_before_stays()
    {
        Write("shop-1.tar", "mine");

        var wrong = (await _home.Run("image", "--tag", "shop:1", "--base", "sentinel.toml")).Fails(1);
        var missing = (await _home.Run("image", "--tag", "shop:1", "--base", "none.tar")).Fails(1);

        Assert.StartsWith($"Error: {_home.Work}/sentinel.toml can be no base: it is no tar file", wrong.Stderr);
        Assert.StartsWith($"Error: the image cannot be made: Could not find file '{_home.Work}/none.tar'", missing.Stderr);
        Assert.Equal("mine", File.ReadAllText(Image("shop-1.tar")));
        Assert.Equal(["sentinel.toml", "shop-1.tar"], Directory.GetFileSystemEntries(_home.Work).Select(Path.GetFileName).Order());
    }

    private string Image(string file) => Path.Combine(_home.Work, file);

    private void Write(string file, string text)
    {
        var path = Path.Combine(_home.Work, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    // The smallest service that needs nothing but the kernel.
    private void Compile(string file)
    {
        var compiler = Needs.Program("gcc");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_home.Work, file))!);
        var source = Path.Combine(_home.Root, "web.c");
        File.WriteAllText(source, Program);
        using var gcc = Process.Start(new ProcessStartInfo(compiler, ["-static", "-s", "-Os", "-o", Path.Combine(_home.Work, file), source]) { RedirectStandardError = true })!;
        var error = gcc.StandardError.ReadToEnd();
        gcc.WaitForExit();
        Assert.SkipUnless(gcc.ExitCode == 0, $"needs a gcc that links statically: {error}");
    }
}
