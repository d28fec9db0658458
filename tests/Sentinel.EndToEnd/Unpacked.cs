using System.Diagnostics;
using System.Formats.Tar;
using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>An image as an engine would unpack it: the files of all layers in a folder, and how it starts.</summary>
internal sealed class Unpacked
{
    private readonly JsonNode _config;

    /// <param name="folder">Is made.</param>
    public Unpacked(string image, string folder)
    {
        Folder = Directory.CreateDirectory(folder).FullName;
        var parts = Directory.CreateDirectory($"{folder}.parts").FullName;
        TarFile.ExtractToDirectory(image, parts, overwriteFiles: false);
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(parts, "manifest.json")))![0]!;
        Name = (string)manifest["RepoTags"]![0]!;
        Layers = [.. manifest["Layers"]!.AsArray().Select(layer => Path.Combine(parts, (string)layer!))];
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(parts, (string)manifest["Config"]!)))!;
        Assert.Equal(
            config["rootfs"]!["diff_ids"]!.AsArray().Select(digest => (string)digest!),
            Layers.Select(layer => $"sha256:{Output("sha256sum", layer).Split(' ')[0]}"));
        _config = config["config"]!;
        foreach (var layer in Layers)
            Output("tar", "--extract", "--file", layer, "--directory", Folder);
    }

    public string Folder { get; }

    public string Name { get; }

    public string[] Layers { get; }

    public string[] EntryPoint => [.. _config["Entrypoint"]!.AsArray().Select(word => (string)word!)];

    public string WorkingDirectory => (string)_config["WorkingDir"]!;

    public Dictionary<string, string?> Environment => _config["Env"]!.AsArray().Select(variable => ((string)variable!).Split('=', 2)).ToDictionary(pair => pair[0], pair => (string?)pair[1]);

    public bool Has(string path) => File.Exists(Path.Combine(Folder, path));

    private static string Output(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
