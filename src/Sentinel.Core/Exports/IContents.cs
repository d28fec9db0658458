using Sentinel.Model.Specs;

namespace Sentinel.Core.Exports;

/// <summary>What the environment files and secrets of a project hold, where an engine gets that with the project.</summary>
public interface IContents
{
    bool IsThere(string path);

    /// <summary>What an environment file holds.</summary>
    /// <param name="path">Absolute.</param>
    /// <param name="isOptional">Whether it may be missing, and then holds nothing.</param>
    /// <returns>Null: it does not go with the project.</returns>
    byte[]? Read(string path, bool isOptional);

    /// <summary>The value of a secret.</summary>
    /// <returns>Null: it does not go with the project.</returns>
    string? ValueOf(Secret secret, ProcessSpec spec);
}

/// <summary>Nothing is read: who applies what is written gives the values.</summary>
/// <param name="isThere">Whether there is a file of this path.</param>
public sealed class NoContents(Func<string, bool> isThere) : IContents
{
    public bool IsThere(string path) => isThere(path);

    public byte[]? Read(string path, bool isOptional) => null;

    public string? ValueOf(Secret secret, ProcessSpec spec) => null;
}
