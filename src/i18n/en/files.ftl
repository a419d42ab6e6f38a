# Files: uploading, checking, downloading.

files-upload = Upload
files-choose = Choose a file
files-or-drop = or drop it here, or paste it
files-remove = Remove
files-sending = Uploading
files-checking = Being checked
files-sent = Uploaded
files-refused = Not accepted
files-none-chosen = No file was chosen.
files-files = Files
file-reason-infected = The virus scanner found something; the file was deleted.
file-reason-image_too_large = The picture has too many pixels or is larger than 32 MB.
file-reason-image_broken = The picture is damaged.
file-reason-checksum = Something else arrived than was announced.

error-storage_full = There is no storage left for that.
error-upload_offset = The upload stands elsewhere. Ask where it stands and go on from there.
error-upload_parts = The upload has too many parts. Please start again with larger ones.
error-file_in_use = The file is still in use.
error-field-checksum = The checksum does not match what arrived.
error-field-file_unfinished = This file is not completely uploaded yet.
error-field-file_refused = This file was not accepted.
error-field-too_many_files = That is too many files at once.

office-uploads = Uploaded files, in MB
office-uploads-file = One file at most
office-uploads-member = All files of one person
office-uploads-total = All files together
