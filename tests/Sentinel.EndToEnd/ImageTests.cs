using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>Container images, and what runs when they are unpacked.</summary>
public sealed class ImageTests
{
    private const string Hello = """
        #include <stdio.h>
        int main(int count, char **words) { for (int i = 1; i < count; i++) puts(words[i]); return 7; }
        """;

    [Fact]
    public async Task A_program_that_needs_nothing_runs_in_an_image_of_nothing_else()
    {
        Needs.Root();
        Needs.Program("gcc");
        await using var home = new SentinelHome();
        File.WriteAllText(Path.Combine(home.Root, "hello.c"), Hello);
        var built = await home.Run(Call.Line($"gcc -static -o {home.Work}/hello {home.Root}/hello.c"));
        Assert.SkipUnless(built.ExitCode == 0, "needs a static libc");
        Directory.CreateDirectory(Path.Combine(home.Work, "data"));
        File.WriteAllText(Path.Combine(home.Work, "data", new string('n', 150)), "a long name");
        File.CreateSymbolicLink(Path.Combine(home.Work, "link"), "hello");
        File.CreateSymbolicLink(Path.Combine(home.Work, "out"), "/etc/passwd");
        Write(home, """
            name = "shop"
            [process.api]
            run = ["./link", "two  words", "ünïcode"]
            """);

        var written = (await home.Run("image", "--tag", "shop/api:2", "--output", Path.Combine(home.Root, "api.tar"))).Ok();
        Assert.Contains("shop/api:2", written.Stdout);
        Assert.Contains("out leads out of", written.Stderr);
        (await home.Run("image", "--tag", "shop/api:2", "--output", Path.Combine(home.Root, "again.tar"))).Ok();
        Assert.Equal(File.ReadAllBytes(Path.Combine(home.Root, "api.tar")), File.ReadAllBytes(Path.Combine(home.Root, "again.tar")));

        var (config, root) = Unpack(home, "api.tar");
        Assert.Equal("/app", (string)config["WorkingDir"]!);
        Assert.Equal("shop", (string)config["Labels"]!["sentinel.project"]!);
        var words = config["Entrypoint"]!.AsArray().Select(word => (string)word!).ToArray();
        var ran = await home.Run(Call.Line($"cd {root}/app && exec chroot {root} /app/{words[0]} '{words[1]}' '{words[2]}'"));
        Assert.Equal(7, ran.ExitCode);
        Assert.Equal("two  words\nünïcode\n", ran.Stdout);
        Assert.True(File.Exists(Path.Combine(root, "app", "data", new string('n', 150))));

        // It can be put on top of itself.
        File.WriteAllText(Path.Combine(home.Work, "more"), "");
        (await home.Run("image", "api", "--base", Path.Combine(home.Root, "api.tar"), "--output", Path.Combine(home.Root, "upper.tar"))).Ok();
        var (upper, _) = Unpack(home, "upper.tar");
        Assert.Equal("shop", (string)upper["Labels"]!["sentinel.project"]!);
        Assert.Equal(2, Manifest(home, "upper.tar")["Layers"]!.AsArray().Count);
        Assert.Equal("shop-api:latest", (string)Manifest(home, "upper.tar")["RepoTags"]![0]!);
    }

    [Theory]
    [InlineData("cannot be the name of an image", 2, "api", "--tag", "Shop:2")]
    [InlineData("say which process the image runs: api, worker", 1)]
    [InlineData("there is no process 'apy'; did you mean 'api'?", 1, "apy")]
    [InlineData("is neither an archive of an image nor a tar file", 1, "api", "--base", "sentinel.toml")]
    [InlineData("leave out the name of one", 2, "api", "--supervise")]
    public async Task What_cannot_be_an_image_is_said_and_nothing_is_written(string why, int exitCode, params string[] arguments)
    {
        await using var home = new SentinelHome();
        Write(home, "[process.api]\nrun = \"a\"\n[process.worker]\nrun = \"b\"\n");
        var refused = await home.Run(["image", .. arguments]);
        Assert.Equal(exitCode, refused.ExitCode);
        Assert.Contains(why, refused.Stderr);
        Assert.Equal(["sentinel.toml"], Directory.EnumerateFileSystemEntries(home.Work).Select(Path.GetFileName));
    }

    [Fact]
    public async Task As_the_first_process_of_a_container_it_supervises_several()
    {
        Needs.Root();
        Needs.PidNamespaces();
        await using var home = new SentinelHome();
        // A system of no more than what these programs need.
        var system = Path.Combine(home.Root, "system");
        (await home.Run(Call.Line($$"""
            set -e
            mkdir -p {{system}}/bin {{system}}/tmp {{system}}/dev {{system}}/proc
            for program in /bin/sh /bin/sleep; do cp -L $program {{system}}/bin; done
            for library in $(ldd {{SentinelHome.Binary}} /bin/sh /bin/sleep | grep -o '/[^ :]*\.so[^ ]*' | sort -u); do
                mkdir -p {{system}}$(dirname $library); cp -L $library {{system}}$library
            done
            tar -C {{system}} -cf {{home.Root}}/system.tar .
            """))).Ok();
        Write(home, """
            name = "shop"
            [process.fails]
            run = "echo begins; sleep 0.2; exit 3"
            restart = true
            restart-delay = 0.1
            [process.orphans]
            run = "(sleep 0.1 &) ; echo stays; exec sleep 1000"
            """);
        (await home.Run("image", "--supervise", "--base", Path.Combine(home.Root, "system.tar"), "--output", Path.Combine(home.Root, "shop.tar"))).Ok();
        var (config, root) = Unpack(home, "shop.tar");
        (await home.Run(Call.Line($"mknod -m 666 {root}/dev/null c 1 3; mknod -m 666 {root}/dev/urandom c 1 9"))).Ok();
        var words = string.Join(' ', config["Entrypoint"]!.AsArray().Select(word => (string)word!));
        var variable = (string)Assert.Single(config["Env"]!.AsArray())!;

        var container = home.Begin(Call.Line($"exec unshare --pid --fork --kill-child --mount-proc={root}/proc chroot {root} /bin/sh -c 'cd /app && export {variable} && exec {words}'"));
        await container.Prints("stays");
        await Wait.Until(() => container.Stdout.Split("begins").Length > 3, () => $"it is restarted:\n{container.Stdout}\n{container.Stderr}");
        var first = Live.All().Single(live => live.Parent == container.Pid);
        Assert.Contains("up", first.Arguments);
        var inside = Live.All().Where(live => live.Program.EndsWith("/bin/sleep", StringComparison.Ordinal) && live.Program.StartsWith(root, StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(inside);
        // Nobody else would start it again.
        var daemon = Assert.Single(Daemons());
        daemon.Signal(Signals.Kill);
        await Wait.Until(() => Daemons() is [var next] && next != daemon, "another daemon supervises them");

        first.Signal(Signals.Terminate);
        await container.End();
        Assert.All(inside, live => Assert.False(live.IsAlive));

        List<Live> Daemons() => Live.All().Where(live => live.Program.StartsWith(root, StringComparison.Ordinal) && live.Arguments.Contains("daemon")).ToList();
    }

    private static void Write(SentinelHome home, string file) => File.WriteAllText(Path.Combine(home.Work, "sentinel.toml"), file);

    private static JsonNode Manifest(SentinelHome home, string archive) => JsonNode.Parse(File.ReadAllText(Path.Combine(Extracted(home, archive), "manifest.json")))![0]!;

    private static string Extracted(SentinelHome home, string archive)
    {
        var folder = Path.Combine(home.Root, $"{archive}.files");
        if (!Directory.Exists(folder))
            TarFile.ExtractToDirectory(Path.Combine(home.Root, archive), Directory.CreateDirectory(folder).FullName, overwriteFiles: false);
        return folder;
    }

    // As an engine does: each layer over those before it, and every hash is right.
    private static (JsonNode Config, string Root) Unpack(SentinelHome home, string archive)
    {
        var (folder, manifest) = (Extracted(home, archive), Manifest(home, archive));
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, (string)manifest["Config"]!)))!;
        Assert.Equal((string)manifest["Config"]!, $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, (string)manifest["Config"]!))))}.json");
        var root = Directory.CreateDirectory(Path.Combine(home.Root, $"{archive}.root")).FullName;
        foreach (var (layer, id) in manifest["Layers"]!.AsArray().Zip(config["rootfs"]!["diff_ids"]!.AsArray()))
        {
            var path = Path.Combine(folder, (string)layer!);
            Assert.Equal((string)id!, $"sha256:{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}");
            TarFile.ExtractToDirectory(path, root, overwriteFiles: true);
        }

        return (config["config"]!, root);
    }
}
