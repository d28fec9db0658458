using Sentinel.Core.Host;

namespace Sentinel.Core.Watches;

/// <summary>How files were when they were last looked at. What is in them is read later, so that there is no wait at first.</summary>
internal sealed class FileStates(IWatchedFiles files)
{
    // Reading larger ones takes longer than anybody wants to wait for the daemon.
    private const long MostBytes = 1024 * 1024;

    private readonly Dictionary<string, FileState> _states = [];
    private readonly Queue<string> _unread = [];

    public int Count => _states.Count;

    /// <summary>Whether the content of some files is not known yet.</summary>
    public bool IsAnyUnread => _unread.Count > 0;

    /// <summary>Null: it was not there.</summary>
    public FileState? Of(string path) => _states.TryGetValue(path, out var state) ? state : null;

    /// <summary>Notes a file whose content is read later.</summary>
    public void Add(string path, FileSight sight)
    {
        _states[path] = new FileState(sight, null);
        _unread.Enqueue(path);
    }

    /// <param name="state">Null: it is not there.</param>
    public void Note(string path, FileState? state)
    {
        if (state is { } now)
            _states[path] = now;
        else
            _states.Remove(path);
    }

    /// <summary>A file as it is now; null: it is not there.</summary>
    public FileState? Look(string path) => files.Look(path) is { IsFolder: false } sight ? new FileState(sight, ContentOf(path, sight)) : null;

    /// <summary>Reads some of the files whose content is not known, so that later a touch can be told from a change.</summary>
    public void ReadSome(int most)
    {
        // Those who are told of it see what has changed since.
        for (var i = 0; i < most && _unread.TryDequeue(out var path); i++)
            if (Of(path) is { Content: null } state && ContentOf(path, state.Sight) is { } content && files.Look(path) == state.Sight)
                _states[path] = state with { Content = content };
    }

    public void Clear()
    {
        _states.Clear();
        _unread.Clear();
    }

    private ulong? ContentOf(string path, FileSight sight) =>
        sight.Bytes < MostBytes ? files.ContentOf(path) : ((ulong)sight.WrittenAt * 31) + (ulong)sight.Bytes;
}

/// <param name="Content">A number for it; null: not known yet.</param>
internal readonly record struct FileState(FileSight Sight, ulong? Content)
{
    /// <summary>Whether a file is as it was before; null: it is not there, or was not.</summary>
    public static bool AreSame(FileState? before, FileState? now) =>
        before is { } was && now is { } state ? was.Content is { } content ? content == state.Content : was.Sight == state.Sight : before is null && now is null;
}
