office-inside = Was Sie drinnen erwartet
office-inside-library = Texte und Bilder, in denen Ihr Link und die Kennzeichnung schon stehen.
office-inside-newsletters = Neues zu Ihren Nischen und Ihrer Stufe, wenn Sie möchten.
office-card-texts = Neueste Texte für Sie
office-standing = Ihr Stand
office-my-link = Ihr Link
office-newest-text = Neuester Text für Sie
