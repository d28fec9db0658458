using System.Text;
using Sentinel.Core.Host;
using Sentinel.Core.Projects;

namespace Sentinel.Tests.Projects;

/// <summary>Reads projects from texts.</summary>
internal static class Read
{
    public const string Folder = "/home/user/shop";

    /// <summary>A project that has this file alone.</summary>
    public static ProjectRead Whole(string text, string name = "sentinel.toml") => Files((name, text));

    /// <param name="files">The first is the project's own.</param>
    public static ProjectRead Files(params (string Name, string Text)[] files) => Bytes([.. files.Select(file => (file.Name, Encoding.UTF8.GetBytes(file.Text)))]);

    public static ProjectRead Bytes(params (string Name, byte[] Content)[] files) =>
        new ProjectReader(new Texts(files.ToDictionary(file => Path.Combine(Folder, file.Name), file => file.Content))).Read(Path.Combine(Folder, files[0].Name), files[0].Name);

    public static Project Good(string text, string name = "sentinel.toml") => Good((name, text));

    public static Project Good(params (string Name, string Text)[] files)
    {
        var read = Files(files);
        Assert.True(read.Project is not null, string.Join('\n', read.Problems));
        return read.Project;
    }

    /// <summary>The one process of a file.</summary>
    public static ProjectProcess Process(string keys) => Assert.Single(Good($"[process.api]\n{keys}").Processes);

    /// <summary>The values of one key of a process that has something to run.</summary>
    public static IReadOnlyList<string> Values(string key, string value) => Process($"run = \"sleep 1\"\n{key} = {value}").Find(key)?.Values ?? [];

    /// <summary>What is wrong, as people read it.</summary>
    public static string[] Problems(params (string Name, string Text)[] files) => [.. Files(files).Problems.Select(problem => problem.ToString())];

    public static string[] Problems(string text) => Problems(("sentinel.toml", text));

    private sealed class Texts(Dictionary<string, byte[]> files) : IRegularFiles
    {
        byte[]? IRegularFiles.Read(string path, int mostBytes, Account? reader) => files.GetValueOrDefault(path) is not { } content ? null
            : content.Length <= mostBytes ? content : throw new IOException($"it is larger than {mostBytes / 1024} KB");

        public byte[]? ReadOfHome(string path, int mostBytes) => null;
    }
}
